// A table of documents, payments or bookings: every row that exists, filtered and sorted in the page.
// Amounts stay integers of minor units until they are written out; amounts of two currencies are never added.
import { useDeferredValue, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { ArrowDown, ArrowUp, CalendarDays, Download, Group, Search } from 'lucide-react';

const made = (window.financeElements ||= {});

made.table ||= (() => {
  const ROW = 36;
  const PHONE_ROW = 58;
  const NARROW = 560;
  const SAID = 2; // lines of a step that are shown at once
  const NOTHING = { currency: '', minor: 0 };
  const locale = (table) => (table.language === 'de' ? 'de-DE' : 'en-GB');

  const decimals = (currency) => {
    try {
      return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;
    } catch { return 2; }
  };

  const formats = new Map();
  const money = (cell, lang) => {
    if (!cell || cell.minor === undefined || cell.minor === null) return '';
    const key = `${lang}${cell.currency}`;
    if (!formats.has(key)) {
      const places = decimals(cell.currency);
      const number = new Intl.NumberFormat(lang, { minimumFractionDigits: places, maximumFractionDigits: places });
      let symbol = cell.currency;
      try {
        symbol = new Intl.NumberFormat(lang, { style: 'currency', currency: cell.currency, currencyDisplay: 'narrowSymbol' })
          .formatToParts(0).find((part) => part.type === 'currency').value;
      } catch { /* an unknown currency is written as its code */ }
      formats.set(key, (minor) => {
        const digits = number.format(Math.abs(minor) / 10 ** places);
        const sign = minor < 0 ? '−' : '';
        return lang === 'de-DE' ? `${sign}${digits}\u00a0${symbol}` : `${sign}${symbol}\u00a0${digits}`;
      });
    }
    return formats.get(key)(cell.minor);
  };

  const dates = new Map();
  const day = (value, lang) => {
    if (!value) return '';
    if (!dates.has(lang)) {
      const parts = { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' };
      const format = new Intl.DateTimeFormat(lang === 'de-DE' ? lang : 'en-US', parts);
      // English: day before month, and three letters for every month, as the sentences beside the table have it.
      dates.set(lang, lang === 'de-DE' ? (date) => format.format(date) : (date) => {
        const of = Object.fromEntries(format.formatToParts(date).map((part) => [part.type, part.value]));
        return `${of.day} ${of.month} ${of.year}`;
      });
    }
    const parsed = new Date(`${value}T00:00:00Z`);
    return Number.isNaN(parsed.getTime()) ? String(value) : dates.get(lang)(parsed);
  };

  const written = (column, cell, lang) => {
    if (cell === null || cell === undefined) return '';
    switch (column.kind) {
      case 'money': return money(cell, lang);
      case 'date': return day(cell, lang);
      case 'status': return cell.word;
      case 'days': return cell ? String(cell) : '';
      default: return String(cell);
    }
  };

  const plain = (text) => text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '');

  const order = (column, a, b) => {
    switch (column.kind) {
      case 'money': {
        const [one, other] = [a || NOTHING, b || NOTHING];
        return one.currency === other.currency ? one.minor - other.minor : one.currency < other.currency ? -1 : 1;
      }
      case 'days': return (a || 0) - (b || 0);
      case 'status': return (a?.word || '').localeCompare(b?.word || '');
      case 'date': return (a || '') < (b || '') ? -1 : (a || '') > (b || '') ? 1 : 0;
      default: return String(a ?? '').localeCompare(String(b ?? ''), undefined, { numeric: true, sensitivity: 'base' });
    }
  };

  const sums = (rows, key) => {
    const found = new Map();
    rows.forEach((row) => {
      const cell = row[key];
      if (cell && cell.currency) found.set(cell.currency, (found.get(cell.currency) || 0) + cell.minor);
    });
    return [...found].map(([currency, minor]) => ({ currency, minor })).sort((a, b) => Math.abs(b.minor) - Math.abs(a.minor));
  };

  // A cell that a spreadsheet would run as a formula gets an apostrophe; amounts are plain numbers with their currency.
  const quoted = (value) => `"${String(value).replace(/"/g, '""')}"`;
  const harmless = (text) => (/^[\s]*[=+\-@\t\r\n|]/.test(text) ? `'${text}` : text);
  const csv = (table, rows, columns) => {
    const german = table.language === 'de';
    const apart = german ? ';' : ',';
    const head = columns.flatMap((column) =>
      column.kind === 'money' ? [column.label, `${column.label} (${table.words.currency})`] : [column.label]);
    const lines = rows.map((row) => columns.flatMap((column) => {
      const cell = row[column.key];
      if (column.kind !== 'money') return [harmless(column.kind === 'date' ? cell || '' : written(column, cell, locale(table)))];
      if (!cell) return ['', ''];
      const places = decimals(cell.currency);
      const digits = String(Math.abs(cell.minor)).padStart(places + 1, '0');
      const whole = places ? `${digits.slice(0, -places)}${german ? ',' : '.'}${digits.slice(-places)}` : digits;
      return [`${cell.minor < 0 ? '-' : ''}${whole}`, cell.currency];
    }));
    return `\ufeff${[head, ...lines].map((line) => line.map(quoted).join(apart)).join('\r\n')}\r\n`;
  };

  const download = (table, rows, columns) => {
    const address = URL.createObjectURL(new Blob([csv(table, rows, columns)], { type: 'text/csv;charset=utf-8' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = `${table.title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '').slice(0, 60) || 'table'}-${table.as_of_day}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  };

  const ours = (address) => typeof address === 'string' && /^https:\/\//.test(address);

  const Cell = ({ column, cell, lang }) => {
    if (column.kind === 'status') return cell ? <span className={`fin-status ${cell.tone}`}>{cell.word}</span> : null;
    if (column.kind === 'days') return cell ? <span className="late">{cell}</span> : null;
    return written(column, cell, lang);
  };

  const classOf = (column, cell) => {
    if (column.kind === 'money') return `right${cell && cell.minor === 0 ? ' faint' : ''}`;
    return column.kind === 'days' ? 'right' : column.kind;
  };

  // The life of something: steps with a time, a person and long words, which read as a list and not as columns.
  const Story = ({ rows, columns, lang, words }) => {
    const by = Object.fromEntries(columns.map((column) => [column.key, column]));
    // Between two sentences or named values, not within one ("…; up to € 5,000.00 is allowed").
    const apart = (details) => String(details || '').split(/; (?=\p{Lu}|[^;]*?: )/u).filter(Boolean);
    const marks = (row) => ['event', 'session', 'digest'].filter((key) => row[key]).map((key) => `${by[key].label} ${row[key]}`);
    const said = (lines) => lines.map((line, place) => <p key={place}>{line}</p>);
    const step = (row) => (
      <li key={row.event}>
        <div className="when">{row.when}</div>
        <div>
          <div className="what"><Cell column={by.step} cell={row.step} lang={lang} /></div>
          <div className="who">{[row.who, row.role].filter(Boolean).join(' · ')}</div>
          {said(apart(row.details).slice(0, SAID))}
          <details><summary>{words.more}</summary>{said([...apart(row.details).slice(SAID), marks(row).join(' · ')])}</details>
        </div>
      </li>
    );
    return <ol className="story">{rows.map(step)}</ol>;
  };

  return function DataTable({ table, ask }) {
    const lang = locale(table);
    const words = table.words;
    const box = useRef(null);
    const scroll = useRef(null);
    const [narrow, setNarrow] = useState(false);
    const [filter, setFilter] = useState('');
    const [status, setStatus] = useState('');
    const [sort, setSort] = useState(null);
    const [grouped, setGrouped] = useState(false);
    const [top, setTop] = useState(0);
    const [dating, setDating] = useState(false);
    const [span, setSpan] = useState({ key: '', from: '', to: '' });
    const wanted = useDeferredValue(filter);

    useLayoutEffect(() => {
      const watcher = new ResizeObserver(([entry]) => setNarrow(entry.contentRect.width < NARROW));
      watcher.observe(box.current);
      return () => watcher.disconnect();
    }, []);

    const columns = useMemo(
      () => table.columns.filter((column) => table.rows.some((row) => {
        const cell = row[column.key];
        return cell !== null && cell !== undefined && cell !== '' && cell !== 0;
      }) || column.kind === 'money'),
      [table.columns, table.rows]
    );
    const statusColumn = columns.find((column) => column.kind === 'status');
    const groupColumn = columns.find((column) => ['contact', 'contact_name', 'payee'].includes(column.key));
    const moneyColumn = columns.find((column) => column.key === table.total_column)
      || columns.filter((column) => column.kind === 'money').at(-1);
    const texts = useMemo(
      () => table.rows.map((row) => plain(columns.map((column) => written(column, row[column.key], lang)).join('\u0000'))),
      [table.rows, columns, lang]
    );
    const dateColumns = columns.filter((column) => column.kind === 'date');
    const dated = (dateColumns.find((column) => column.key === span.key) || dateColumns.at(-1))?.key;
    const statuses = useMemo(() => {
      const counted = new Map();
      if (statusColumn) {
        table.rows.forEach((row) => {
          const cell = row[statusColumn.key];
          if (cell) counted.set(cell.word, { tone: cell.tone, n: (counted.get(cell.word)?.n || 0) + 1 });
        });
      }
      return counted.size > 1 ? [...counted] : [];
    }, [table.rows, statusColumn]);

    const rows = useMemo(() => {
      const parts = plain(wanted).split(/\s+/).filter(Boolean);
      let kept = table.rows.map((row, index) => ({ row, index })).filter(({ row, index }) =>
        (!status || row[statusColumn?.key]?.word === status)
        && (!span.from || (row[dated] || '') >= span.from) && (!span.to || (row[dated] && row[dated] <= span.to))
        && parts.every((part) => texts[index].includes(part)));
      if (sort) {
        const column = columns.find((one) => one.key === sort.key);
        const way = sort.down ? -1 : 1;
        kept = [...kept].sort((a, b) => way * order(column, a.row[column.key], b.row[column.key]) || a.index - b.index);
      }
      return kept.map(({ row }) => row);
    }, [table.rows, texts, columns, wanted, status, sort, statusColumn, span, dated]);

    const lines = useMemo(() => {
      if (!grouped || !groupColumn) return rows.map((row) => ({ row }));
      const groups = new Map();
      rows.forEach((row) => {
        const name = String(row[groupColumn.key] ?? '');
        groups.set(name, [...(groups.get(name) || []), row]);
      });
      return [...groups].flatMap(([name, members]) => [
        { group: name, count: members.length, totals: moneyColumn ? sums(members, moneyColumn.key) : [] },
        ...members.map((row) => ({ row }))
      ]);
    }, [rows, grouped, groupColumn, moneyColumn]);

    useEffect(() => { scroll.current?.scrollTo({ top: 0 }); setTop(0); }, [wanted, status, sort, grouped, span]);

    const told = ['when', 'who', 'step', 'details'].every((key) => columns.some((column) => column.key === key));
    const height = narrow ? PHONE_ROW : ROW;
    const windowed = lines.length > 60 && !told;
    const from = windowed ? Math.max(0, Math.floor(top / height) - 12) : 0;
    const to = windowed ? Math.min(lines.length, from + 24 + Math.ceil(440 / height)) : lines.length;
    const shown = lines.slice(from, to);
    const filtered = rows.length !== table.rows.length;
    const totals = filtered && moneyColumn ? sums(rows, moneyColumn.key) : table.totals;
    const turn = (key) => setSort((now) =>
      (!now || now.key !== key ? { key, down: false } : now.down ? null : { key, down: true }));

    const first = columns.find((column) => column.kind === 'text');
    const main = groupColumn || first;
    const open = (row) => (row._ask && ask ? () => ask(row._ask) : undefined);
    const named = (row) => {
      const text = written(first, row[first.key], lang);
      const here = (then) => (event) => { event.stopPropagation(); then?.(); };
      if (ours(row._link)) return <a href={row._link} target="_blank" rel="noopener noreferrer" onClick={here()}>{text}</a>;
      if (row._ask && ask) return <button className="ask" type="button" onClick={here(open(row))}>{text}</button>;
      return text;
    };
    const amounts = (list) => list.map((total) => money(total, lang)).join(' · ');

    const wide = () => (
      <table aria-rowcount={rows.length}>
        <caption className="fin-sr">{table.title}</caption>
        <thead>
          <tr>
            {columns.map((column) => {
              const on = sort?.key === column.key;
              const right = column.kind === 'money' || column.kind === 'days';
              return (
                <th key={column.key} scope="col" className={right ? 'right' : ''}
                  aria-sort={on ? (sort.down ? 'descending' : 'ascending') : 'none'}>
                  <button type="button" onClick={() => turn(column.key)}>
                    {column.label}{on ? (sort.down ? <ArrowDown aria-hidden /> : <ArrowUp aria-hidden />) : null}
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {from > 0 ? <tr aria-hidden><td colSpan={columns.length} style={{ height: from * height, padding: 0, border: 0 }} /></tr> : null}
          {shown.map((line, index) => (line.group !== undefined ? (
            <tr key={`g${line.group}`} className="group">
              <td colSpan={columns.length}>
                <div><span>{line.group} <span className="n">({line.count})</span></span><span className="fin-num">{amounts(line.totals)}</span></div>
              </td>
            </tr>
          ) : (
            <tr key={from + index} className={`row${open(line.row) ? ' opens' : ''}${line.row._strong ? ' strong' : ''}`} onClick={open(line.row)}>
              {columns.map((column) => (
                <td key={column.key} className={classOf(column, line.row[column.key])}
                  title={column.kind === 'text' ? String(line.row[column.key] ?? '') : undefined}>
                  {column === first ? named(line.row) : <Cell column={column} cell={line.row[column.key]} lang={lang} />}
                </td>
              ))}
            </tr>
          )))}
          {to < lines.length ? <tr aria-hidden><td colSpan={columns.length} style={{ height: (lines.length - to) * height, padding: 0, border: 0 }} /></tr> : null}
        </tbody>
      </table>
    );

    const phone = () => {
      const texts = columns.filter((column) => column.kind === 'text' && column !== main);
      const second = [
        main === first ? texts[0] : first,
        columns.filter((column) => column.kind === 'date').at(-1)
      ].filter(Boolean);
      const daysColumn = columns.find((column) => column.kind === 'days');
      const state = (row) => {
        const cell = row[statusColumn.key];
        const late = daysColumn && row[daysColumn.key];
        return cell && late ? { ...cell, word: (late === 1 ? words.day_late : words.days_late).replace('{n}', late) } : cell;
      };
      return (
        <ul className="rows">
          {from > 0 ? <li aria-hidden style={{ height: from * height, border: 0 }} /> : null}
          {shown.map((line, index) => (line.group !== undefined ? (
            <li key={`g${line.group}`}><div className="l1"><span>{line.group} ({line.count})</span><span className="m">{amounts(line.totals)}</span></div></li>
          ) : (
            <li key={from + index} className={line.row._strong ? 'strong' : undefined} onClick={open(line.row)}>
              <div className="l1">
                <span>{main === first ? named(line.row) : written(main, line.row[main.key], lang)}</span>
                {moneyColumn ? <span className="m">{written(moneyColumn, line.row[moneyColumn.key], lang)}</span> : null}
              </div>
              <div className="l2">
                <span>{second.map((column) => {
                  const text = written(column, line.row[column.key], lang);
                  if (!text || column.kind === 'text') return column === first ? named(line.row) : text;
                  return `${column.label} ${text}`;
                }).filter(Boolean).map((part, place) => <span key={place}>{place ? ' · ' : ''}{part}</span>)}</span>
                {statusColumn ? <span className="s"><Cell column={statusColumn} cell={state(line.row)} lang={lang} /></span> : null}
              </div>
            </li>
          )))}
          {to < lines.length ? <li aria-hidden style={{ height: (lines.length - to) * height, border: 0 }} /> : null}
        </ul>
      );
    };

    const tool = (Icon, label, press, more) => (
      <button className="tool" type="button" onClick={press} {...more}><Icon aria-hidden /><span>{label}</span></button>
    );
    const many = table.rows.length > 5;
    return (
      <section className={`fin-table${narrow ? ' narrow' : ''}${told ? ' told' : ''}`} ref={box} aria-label={table.title}>
        <div className="top">
          <div className="title">{table.title}</div>
          {many ? (
            <label className="filter"><Search aria-hidden /><span className="fin-sr">{words.filter}</span>
              <input type="search" value={filter} placeholder={words.filter} onChange={(e) => setFilter(e.target.value)} />
            </label>
          ) : null}
          {many && groupColumn ? tool(Group, words.group.replace('{by}', groupColumn.label), () => setGrouped(!grouped),
            { 'aria-pressed': grouped }) : null}
          {many && dateColumns.length ? tool(CalendarDays, words.period,
            () => { setDating(!dating); if (dating) setSpan({ key: '', from: '', to: '' }); },
            { 'aria-pressed': dating, 'aria-expanded': dating }) : null}
          {tool(Download, 'CSV', () => download(table, rows, columns))}
        </div>
        {dating ? (
          <div className="chips period" role="group" aria-label={words.period}>
            {dateColumns.length > 1 ? (
              <select aria-label={words.period} value={dated} onChange={(e) => setSpan({ ...span, key: e.target.value })}>
                {dateColumns.map((column) => <option key={column.key} value={column.key}>{column.label}</option>)}
              </select>
            ) : null}
            {['from', 'to'].map((end) => (
              <label key={end}><span>{words[end]}</span>
                <input type="date" value={span[end]} onChange={(e) => setSpan({ ...span, [end]: e.target.value })} />
              </label>
            ))}
          </div>
        ) : null}
        {statuses.length ? (
          <div className="chips" role="group" aria-label={statusColumn.label}>
            {statuses.map(([word, { tone, n }]) => (
              <button key={word} className="chip" type="button" aria-pressed={status === word}
                onClick={() => setStatus(status === word ? '' : word)}>
                <span className={`fin-status ${tone}`}>{word}</span><span className="n">{n}</span>
              </button>
            ))}
          </div>
        ) : null}
        <div className="scroll" ref={scroll} tabIndex={0} role="region" aria-label={table.title}
          onScroll={windowed ? (e) => setTop(e.currentTarget.scrollTop) : undefined}>
          {lines.length === 0 ? <div className="none">{words.none}</div> : told ? <Story rows={rows} columns={columns} lang={lang} words={words} /> : narrow ? phone() : wide()}
        </div>
        <div className="caption" role="status">
          <span><b>{filtered ? words.some_of.replace('{n}', rows.length).replace('{all}', table.rows.length) : words.all.replace('{n}', rows.length)}</b></span>
          {totals.length ? <span>{table.total_label ? `${table.total_label} ` : ''}<b>{amounts(totals)}</b></span> : null}
          <span>{table.source_words}</span>
        </div>
      </section>
    );
  };
})();

const Table = made.table;

export default <Table table={props} ask={sendUserMessage} />;
