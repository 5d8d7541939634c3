// A file of the books, or an address at which it is seen: its name, what it belongs to, and ways to open it. A file is
// fetched when somebody opens it, not before.
import { useState } from 'react';
import { Check, Copy, Download, ExternalLink, Eye, EyeOff, File, FileImage, FileText, Link } from 'lucide-react';

const made = (window.financeElements ||= {});

made.file ||= (() => {
  const ICONS = { pdf: FileText, image: FileImage, link: Link, other: File };

  const Open = ({ address, words }) => (
    <a className="tool" href={address} target="_blank" rel="noopener noreferrer">
      <ExternalLink aria-hidden="true" />
      {words.open}
    </a>
  );

  const Copying = ({ text, words }) => {
    const [copied, setCopied] = useState(false);
    const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(true), () => setCopied(false));
    return (
      <button type="button" className="tool" onClick={copy}>
        {copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
        {copied ? words.copied : words.copy}
      </button>
    );
  };

  return function Paper({ file }) {
    const [shown, setShown] = useState(false);
    const Icon = ICONS[file.kind] || File;
    const { words } = file;
    const label = `${file.name}, ${file.about}`;
    const link = file.kind === 'link';
    const looked = file.kind === 'pdf' || file.kind === 'image';
    return (
      <section className="fin-file" lang={file.language} aria-label={label}>
        <div className="row">
          <Icon aria-hidden="true" className="sign" />
          <div className="what">
            <span className="name">{file.name}</span>
            <span className="about">{file.about}</span>
          </div>
          <div className="ways">
            {looked && (
              <button type="button" className="tool wide" aria-expanded={shown} onClick={() => setShown(!shown)}>
                {shown ? <EyeOff aria-hidden="true" /> : <Eye aria-hidden="true" />}
                {shown ? words.hide : words.show}
              </button>
            )}
            {(looked || link) && file.address && <Open address={file.address} words={words} />}
            {link && <Copying text={file.name} words={words} />}
            {!link && (
              <a className="tool" href={`${file.address}&save=1`} download={file.name}>
                <Download aria-hidden="true" />
                {words.save}
              </a>
            )}
          </div>
        </div>
        {shown && file.kind === 'pdf' && <iframe title={label} src={`${file.address}#navpanes=0&view=FitH`} />}
        {shown && file.kind === 'image' && <img alt={label} src={file.address} />}
      </section>
    );
  };
})();

const Paper = made.file;

export default <Paper file={props} />;
