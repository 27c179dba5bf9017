/**
 * Prints a page that has been registered as handed out: on paper, without a file that would lie about. The
 * frame is as closed as the reader's (no scripts, no links out); it may open the print dialog and nothing else.
 */
import { splitStyles } from './styles.ts';

export function printPage(content: string, title: string): void {
  const { html, styles } = splitStyles(content);
  const url = URL.createObjectURL(new Blob([html], { type: 'text/html;charset=utf-8' }));
  const frame = document.createElement('iframe');
  frame.sandbox.add('allow-same-origin', 'allow-modals');
  frame.className = 'visually-hidden';
  frame.title = title;
  const gone = () => {
    URL.revokeObjectURL(url);
    frame.remove();
  };
  frame.addEventListener('load', () => {
    const view = frame.contentWindow as (Window & typeof globalThis) | null;
    if (!view) return gone();
    const sheet = new view.CSSStyleSheet();
    sheet.replaceSync(styles);
    view.document.adoptedStyleSheets = [sheet];
    view.addEventListener('afterprint', gone);
    view.print();
  });
  frame.src = url;
  document.body.append(frame);
}
