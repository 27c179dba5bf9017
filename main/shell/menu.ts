// The menu of the window. Actions of the work live in the page's command table; here is what an operating
// system expects to find: editing, the window, the end.
import type { Electron } from './electronParts.ts';

export interface MenuWords {
  readonly file: string;
  readonly edit: string;
  readonly view: string;
  readonly lock: string;
}

export function menuTemplate(
  words: MenuWords,
  options: { readonly mac: boolean; readonly release: boolean; readonly lock: () => void },
): Electron.MenuItemConstructorOptions[] {
  const { mac, release, lock } = options;
  return [
    ...(mac ? [{ role: 'appMenu' as const }] : []),
    {
      label: words.file,
      submenu: [
        { label: words.lock, accelerator: 'CmdOrCtrl+L', click: lock },
        { type: 'separator' },
        { role: mac ? 'close' : 'quit' },
      ],
    },
    {
      label: words.edit,
      submenu: [
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' }, // Also into a passphrase field: people keep passphrases in managers.
        { role: 'selectAll' },
      ],
    },
    {
      label: words.view,
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(release ? [] : [{ role: 'toggleDevTools' as const }]),
      ],
    },
  ];
}

const WORDS: Readonly<Record<string, MenuWords>> = {
  en: { file: 'File', edit: 'Edit', view: 'View', lock: 'Lock' },
  de: { file: 'Datei', edit: 'Bearbeiten', view: 'Ansicht', lock: 'Sperren' },
  zh: { file: '文件', edit: '编辑', view: '视图', lock: '锁定' },
};

export const menuWords = (locale: string): MenuWords =>
  WORDS[locale.slice(0, 2).toLowerCase()] ?? WORDS['en']!;
