// The confirmation card. Everything on it comes from the server, made from the stored proposal; a click sends back
// only which proposal, its digest, the verdict with the code that came with this card (or the fields of an edit), and
// the server decides.
import { useCallback, useEffect, useRef, useState } from 'react';
import {
  AlertTriangle, Ban, Check, ChevronRight, CircleCheck, CircleHelp, CircleX, Clock, CopyX, ExternalLink, Hourglass,
  KeyRound, Loader2, Pencil, Replace, RotateCcw, ShieldBan, ShieldCheck, UserRoundCheck, X
} from 'lucide-react';

// Chainlit runs this file anew at every change of the page; the component is made once, so that it keeps its state.
const made = (window.financeElements ||= {});

made.card ||= (() => {
  const FACES = {
    mine: ['waiting', UserRoundCheck], other: ['waiting', Hourglass], checking: ['waiting', Loader2],
    executing: ['waiting', Loader2], done: ['done', CircleCheck], blocked: ['refused', Ban],
    failed: ['refused', CircleX], unclear: ['attention', CircleHelp], expired: ['neutral', Clock],
    replaced: ['neutral', Replace], cancelled: ['neutral', X]
  };
  const OPEN = ['mine', 'other'];
  const SHORTEST_REASON = 8;
  const LONGEST_REASON = 300;
  const PATIENCE = 10_000; // until a card that has no code yet says that it got none

  const useTimeLeft = (card) => {
    const offset = useRef(0);
    const [now, setNow] = useState(() => Date.parse(card.now));
    useEffect(() => {
      offset.current = Date.parse(card.now) - Date.now();
      setNow(Date.parse(card.now));
    }, [card.now]);
    useEffect(() => {
      if (!OPEN.includes(card.face)) return undefined;
      const timer = setInterval(() => setNow(Date.now() + offset.current), 1000);
      return () => clearInterval(timer);
    }, [card.face]);
    const left = Math.max(0, Date.parse(card.expires_at) - now);
    const whole = Math.max(1, Date.parse(card.expires_at) - Date.parse(card.created_at));
    return { left, part: Math.min(1, left / whole) };
  };

  const timeWords = (left, words) => {
    if (left <= 0) return words.time_over;
    const seconds = Math.ceil(left / 1000);
    return seconds > 90
      ? words.minutes_left.replace('{n}', Math.ceil(seconds / 60))
      : words.seconds_left.replace('{n}', seconds);
  };

  // Scrolls the chat, and nothing around it, until the card's end stands above the composer. Chainlit may still be
  // scrolling to the question, so this is said again; whoever scrolls meanwhile is left alone.
  const showWhole = (card) => {
    let scroller = card?.parentElement;
    while (scroller && !(/auto|scroll/.test(getComputedStyle(scroller).overflowY) && scroller.clientHeight < scroller.scrollHeight)) {
      scroller = scroller.parentElement;
    }
    if (!scroller) return undefined;
    const place = () => {
      const here = card.getBoundingClientRect();
      // With what stands below it (copy, thumbs) where there is room for that.
      const below = Math.min(64, Math.max(12, scroller.clientHeight - here.height - 8));
      const hidden = here.bottom + below - scroller.getBoundingClientRect().bottom;
      if (hidden > 1) scroller.scrollBy({ top: hidden, behavior: 'instant' });
    };
    const timers = [0, 150, 400, 800, 1300].map((wait) => setTimeout(place, wait));
    const leave = () => {
      timers.forEach(clearTimeout);
      ['wheel', 'touchmove', 'pointerdown', 'keydown'].forEach((what) => window.removeEventListener(what, leave));
    };
    ['wheel', 'touchmove', 'pointerdown', 'keydown'].forEach((what) => window.addEventListener(what, leave, { passive: true }));
    timers.push(setTimeout(leave, 1500));
    return leave;
  };

  const Facts = ({ facts }) => (
    <dl>
      {facts.map((fact) => (
        <div key={fact.label}>
          <dt>{fact.label}</dt>
          <dd className={fact.emphasis ? 'strong' : ''}>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );

  // An account number in its groups ("DE89 3704 …") may end a line between two groups only, and is set smaller.
  const isNumber = (amount) => /^[A-Z0-9]{2,5}( [A-Z0-9]{1,5}){2,}$/.test(amount);

  const Conditions = ({ icon: Icon, lines, of }) => (lines.length ? (
    <ul className={of}>{lines.map((line) => <li key={line}><Icon aria-hidden />{line}</li>)}</ul>
  ) : null);

  // Payments that this may repeat, and the field for saying why it does not.
  const Duplicates = ({ card, words, asks, reason, setReason, busy }) => {
    const id = `why-${card.proposal_id}`;
    return (
      <section className="duplicates" aria-label={words.duplicate_title}>
        <h4><CopyX aria-hidden />{words.duplicate_title}</h4>
        <ul>{card.duplicates.map((line) => <li key={line}>{line}</li>)}</ul>
        {asks ? (
          <>
            <label htmlFor={id}>{words.duplicate_ask}</label>
            <input id={id} type="text" value={reason} maxLength={LONGEST_REASON} autoComplete="off" disabled={busy}
              aria-describedby={`${id}-hint`} onChange={(event) => setReason(event.target.value)} />
            <small id={`${id}-hint`}>{words.duplicate_hint}</small>
          </>
        ) : card.can.confirm ? null : <small>{words.duplicate_other}</small>}
      </section>
    );
  };

  const Rules = ({ lines, label }) => (lines.length ? (
    <details className="rules">
      <summary><ChevronRight aria-hidden />{label}</summary>
      <ul>{lines.map((line) => <li key={line}>{line}</li>)}</ul>
    </details>
  ) : null);

  // The code with which this card can be confirmed comes with the card. One that was stored without it asks once.
  const useCode = (card, act) => {
    const missing = card.can.confirm && OPEN.includes(card.face) && !card.confirmation;
    const [gaveUp, setGaveUp] = useState(false);
    useEffect(() => {
      setGaveUp(false);
      if (!missing) return undefined;
      const giveUp = () => setGaveUp(true);
      act({ name: 'look', payload: { proposal_id: card.proposal_id, digest: card.digest } })?.catch?.(giveUp);
      const timer = setTimeout(giveUp, PATIENCE);
      return () => clearTimeout(timer);
    }, [missing, card.digest]);
    return { missing, gaveUp };
  };

  const EditForm = ({ card, busy, refusal, send, close }) => {
    const words = card.words;
    const [values, setValues] = useState(() => ({ ...card.edit.values }));
    const first = useRef(null);
    useEffect(() => first.current?.focus(), []);
    const changed = card.edit.fields.filter((field) => (values[field.name] ?? '') !== (card.edit.values[field.name] ?? ''));
    const submit = (event) => {
      event.preventDefault();
      if (changed.length) send(Object.fromEntries(changed.map((field) => [field.name, values[field.name] ?? ''])));
    };
    return (
      <form onSubmit={submit} onKeyDown={(event) => { if (event.key === 'Escape') close(); }} aria-label={words.edit}>
        {card.edit.fields.map((field, index) => (
          <label key={field.name} className={field.wide ? 'wide' : ''}>
            {field.label}
            <input ref={index === 0 ? first : null} name={field.name} type={field.kind === 'date' ? 'date' : 'text'}
              inputMode={field.kind === 'amount' ? 'decimal' : undefined} maxLength={field.kind === 'date' ? undefined : 200}
              value={values[field.name] ?? ''} autoComplete="off" disabled={busy}
              onChange={(event) => setValues({ ...values, [field.name]: event.target.value })} />
          </label>
        ))}
        {refusal ? <p className="refusal" role="alert" style={{ gridColumn: '1 / -1', margin: 0 }}><CircleX aria-hidden />{refusal}</p> : null}
        <div className="buttons" style={{ gridColumn: '1 / -1' }}>
          <button className="fin-button primary" type="submit" disabled={busy || !changed.length}>
            {busy ? <Loader2 className="fin-spin" aria-hidden /> : null}{words.save_edit}
          </button>
          <button className="fin-button" type="button" disabled={busy} onClick={close}>{words.back}</button>
        </div>
      </form>
    );
  };

  return function ConfirmationCard({ card, act }) {
    const words = card.words;
    const [sending, setSending] = useState('');
    const [refusal, setRefusal] = useState('');
    const [editing, setEditing] = useState(false);
    const sent = useRef(false);
    const cancel = useRef(null);
    const box = useRef(null);
    const [reason, setReason] = useState('');
    const { left, part } = useTimeLeft(card);
    const code = useCode(card, act);
    const face = OPEN.includes(card.face) && left <= 0 ? 'expired' : card.face;
    const [tone, FaceIcon] = FACES[face] || FACES.unclear;
    const Icon = card.by_rules ? ShieldBan : FaceIcon;
    const open = OPEN.includes(face);
    const number = isNumber(card.amount);
    const said = reason.split(/\s+/).filter(Boolean).join(' ');
    const stepUp = open && card.can.confirm ? card.step_up : null;
    const mustSignIn = Boolean(stepUp && !stepUp.done);
    const asksWhy = open && card.can.confirm && !mustSignIn && card.needs?.includes('reason');
    const status = face === card.face ? card.status : words.status_expired;

    useEffect(() => {
      // A card that has just come asks for care: its buttons come into view, and the keyboard starts on the harmless one.
      if (!card.fresh || made.met?.has(card.proposal_id)) return undefined;
      (made.met ||= new Set()).add(card.proposal_id);
      const typing = document.activeElement?.matches('textarea, input') && document.activeElement.value;
      if (card.face === 'mine' && !typing) cancel.current?.focus({ preventScroll: true });
      return showWhole(box.current);
    }, []);
    useEffect(() => {
      // What the server says last counts: a new state ends whatever was being sent.
      sent.current = false;
      setSending('');
      if (!OPEN.includes(card.face)) setEditing(false);
    }, [card.face, card.digest]);

    useEffect(() => {
      // A line that broke or a laptop that slept may have missed what happened: ask again until it is settled.
      const look = () => {
        if (document.visibilityState === 'visible') {
          act({ name: 'look', payload: { proposal_id: card.proposal_id, digest: card.digest } })?.catch?.(() => {});
        }
      };
      const moving = ['checking', 'executing', 'unclear'].includes(card.face);
      const timer = moving ? setInterval(look, 15_000) : null;
      if (moving || OPEN.includes(card.face)) document.addEventListener('visibilitychange', look);
      return () => { clearInterval(timer); document.removeEventListener('visibilitychange', look); };
    }, [card.face, card.digest, act]);

    const send = useCallback(async (name, payload, which) => {
      if (sent.current) return;
      sent.current = true;
      setSending(which);
      setRefusal('');
      try {
        const answer = await act({ name, payload: { proposal_id: card.proposal_id, digest: card.digest, ...payload } });
        const told = answer && answer.response;
        if (!told || told.refused) setRefusal((told && told.refused) || words.not_sent);
        if (!told || told.refused || name === 'edit') {
          sent.current = false;
          setSending('');
          if (told && !told.refused) setEditing(false);
        }
      } catch {
        setRefusal(words.not_sent);
        sent.current = false;
        setSending('');
      }
    }, [act, card.proposal_id, card.digest]);

    const busy = Boolean(sending);
    const spinning = Icon === Loader2;
    return (
      <section ref={box} lang={card.language} className={`fin-card ${tone}`} aria-label={`${card.amount}, ${card.payee}. ${status}`}
        data-face={face} data-proposal={card.proposal_id} data-by-rules={card.by_rules || undefined}>
        <header>
          <Icon aria-hidden className={spinning ? 'fin-spin' : ''} />
          <span role="status">{status}</span>
          <span className="nr">{card.number}</span>
        </header>
        <div className={number ? 'main number' : 'main'}>
          <div className="headline">{card.headline}</div>
          <div className="sum">
            {card.amount ? <span className="amount">{card.amount}</span> : null}
            <span className="payee"><small>{card.payee_label}</small>{card.payee}</span>
          </div>
          {editing ? (
            <EditForm card={card} busy={busy} refusal={refusal} close={() => { setRefusal(''); setEditing(false); }}
              send={(fields) => send('edit', { fields }, 'edit')} />
          ) : <Facts facts={card.facts} />}
          {open ? <Conditions of="warnings" icon={AlertTriangle} lines={card.warnings} /> : null}
          {open && !editing && card.duplicates?.length ? (
            <Duplicates card={card} words={words} asks={asksWhy} reason={reason} setReason={setReason} busy={busy} />
          ) : null}
          {open ? <Conditions of="conditions" icon={ShieldCheck} lines={card.needs_words || []} /> : null}
          {card.word && face === card.face ? (
            <div className="word">
              {card.word}
              {card.receipt.length ? <Facts facts={card.receipt} /> : null}
              {card.link ? (
                <div style={{ marginTop: '.45rem' }}>
                  <a href={card.link.url} target="_blank" rel="noopener noreferrer">
                    {card.link.label} <ExternalLink aria-hidden style={{ width: 13, height: 13, display: 'inline' }} />
                  </a>
                </div>
              ) : null}
            </div>
          ) : null}
          {face !== card.face ? <div className="word">{words.expired}</div> : null}
          {open && card.note ? <p className="note">{card.note}</p> : null}
        </div>
        <footer>
          <div className="asked">
            <span>{card.asked_by}</span>
            {open ? <span title={card.valid_until}>{timeWords(left, words)}</span> : <span>{card.decided_by}</span>}
            <Rules lines={card.rules || []} label={words.rules} />
          </div>
          {open ? <div className="bar" aria-hidden><i style={{ width: `${part * 100}%` }} /></div> : null}
          {!open && card.can.again ? (
            <>
              {refusal ? <p className="refusal" role="alert" style={{ marginTop: '.6rem' }}><CircleX aria-hidden />{refusal}</p> : null}
              <div className="buttons" style={{ marginTop: '.7rem' }}>
                <button className="fin-button" type="button" disabled={busy} onClick={() => send('edit', { fields: {} }, 'edit')}>
                  {busy ? <Loader2 className="fin-spin" aria-hidden /> : <RotateCcw aria-hidden />}{words.again}
                </button>
              </div>
            </>
          ) : null}
          {open && !editing && refusal ? <p className="refusal" role="alert"><CircleX aria-hidden />{refusal}</p> : null}
          {stepUp?.done && !editing ? <p className="proved"><ShieldCheck aria-hidden />{stepUp.why}</p> : null}
          {open && !editing && (card.can.confirm || card.can.cancel || card.can.edit) ? (
            <div className="buttons">
              {mustSignIn ? (
                <a className="fin-button primary" href={card.step_up.url} aria-describedby={`step-${card.proposal_id}`}>
                  <KeyRound aria-hidden />{card.step_up.label}
                </a>
              ) : card.can.confirm ? (
                <button className="fin-button primary" type="button"
                  disabled={busy || code.missing || (asksWhy && said.length < SHORTEST_REASON)}
                  onClick={() => send('decide', {
                    verdict: 'confirm', confirmation: card.confirmation, reason: asksWhy ? said : ''
                  }, 'confirm')}>
                  {sending === 'confirm' || (code.missing && !code.gaveUp)
                    ? <Loader2 className="fin-spin" aria-hidden /> : <Check aria-hidden />}
                  {card.deed}
                </button>
              ) : null}
              {card.can.edit ? (
                <button className="fin-button" type="button" disabled={busy} onClick={() => setEditing(true)}>
                  <Pencil aria-hidden />{words.edit}
                </button>
              ) : null}
              {card.can.cancel ? (
                <button className="fin-button" type="button" disabled={busy} ref={cancel}
                  onClick={() => send('decide', { verdict: 'cancel' }, 'cancel')}>
                  {sending === 'cancel' ? <Loader2 className="fin-spin" aria-hidden /> : null}
                  {words.cancel}
                </button>
              ) : null}
              {mustSignIn ? <p className="aside" id={`step-${card.proposal_id}`}>{stepUp.why}</p> : null}
              {code.missing ? <p className="aside" role="status">{code.gaveUp ? words.not_shown : words.being_shown}</p> : null}
            </div>
          ) : null}
        </footer>
      </section>
    );
  };
})();

const Card = made.card;

export default <Card key={props.proposal_id} card={props} act={callAction} />;
