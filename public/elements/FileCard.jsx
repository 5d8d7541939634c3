// A file of the books: its name, what it belongs to, and ways to open it. It is fetched when somebody does, not before.
import { useState } from 'react';
import { Download, ExternalLink, Eye, EyeOff, File, FileImage, FileText } from 'lucide-react';

const made = (window.financeElements ||= {});

made.file ||= (() => {
  const ICONS = { pdf: FileText, image: FileImage, other: File };

  return function Paper({ file }) {
    const [shown, setShown] = useState(false);
    const Icon = ICONS[file.kind] || File;
    const { words } = file;
    const label = `${file.name}, ${file.about}`;
    return (
      <section className="fin-file" lang={file.language} aria-label={label}>
        <div className="row">
          <Icon aria-hidden="true" className="sign" />
          <div className="what">
            <span className="name">{file.name}</span>
            <span className="about">{file.about}</span>
          </div>
          <div className="ways">
            {file.kind !== 'other' && (
              <button type="button" className="tool wide" aria-expanded={shown} onClick={() => setShown(!shown)}>
                {shown ? <EyeOff aria-hidden="true" /> : <Eye aria-hidden="true" />}
                {shown ? words.hide : words.show}
              </button>
            )}
            {file.kind !== 'other' && (
              <a className="tool" href={file.address} target="_blank" rel="noopener noreferrer">
                <ExternalLink aria-hidden="true" />
                {words.open}
              </a>
            )}
            <a className="tool" href={`${file.address}&save=1`} download={file.name}>
              <Download aria-hidden="true" />
              {words.save}
            </a>
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
