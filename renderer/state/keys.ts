/**
 * Key names: `Mod+K`, `Shift+U`, `?`, `ArrowLeft`, `j`. `Mod` is Cmd on a Mac and Ctrl elsewhere. A single
 * printable character is compared by what it types, so that `?` works on every layout; `Shift` is written
 * only with letters and named keys.
 */
const isMac = typeof navigator !== 'undefined' && navigator.platform.startsWith('Mac');

export function keyOf(event: KeyboardEvent): string {
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const other = isMac ? event.ctrlKey : event.metaKey;
  const letter = /^\p{L}$/u.test(event.key);
  const printable = [...event.key].length === 1 && event.key !== ' ';
  const base = event.key === ' ' ? 'Space' : letter ? event.key.toUpperCase() : event.key;
  const parts: string[] = [];
  if (mod) parts.push('Mod');
  if (other) parts.push(isMac ? 'Ctrl' : 'Meta');
  if (event.altKey) parts.push('Alt');
  if (event.shiftKey && (letter || !printable)) parts.push('Shift');
  return [...parts, base].join('+');
}

/** The same spelling for what people and code write: `shift+u` is `Shift+U`. */
export function normalizeKey(key: string): string {
  if (key === '+') return key;
  const parts = key.split('+');
  const base = parts.pop() ?? '';
  const order = ['Mod', 'Ctrl', 'Meta', 'Alt', 'Shift'];
  const given = parts.map((part) => part[0]!.toUpperCase() + part.slice(1).toLowerCase());
  const shown = [...base].length === 1 ? base.toUpperCase() : base;
  return [...order.filter((name) => given.includes(name)), shown].join('+');
}

const SHOWN: Readonly<Record<string, string>> = {
  Mod: isMac ? '⌘' : 'Ctrl',
  Alt: isMac ? '⌥' : 'Alt',
  Shift: '⇧',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Enter: '↵',
  Escape: 'Esc',
  Backspace: '⌫',
  Delete: 'Del',
};

/** The parts to print on key caps. */
export const keyCaps = (key: string): readonly string[] =>
  key === '+'
    ? ['+']
    : normalizeKey(key)
        .split('+')
        .map((part) => SHOWN[part] ?? part);

/** Letters belong to the field that has the focus, and to an input method that is composing. */
export function belongsToField(event: KeyboardEvent): boolean {
  // 229: the key that opens a composition arrives before `isComposing` is set.
  if (event.isComposing || event.keyCode === 229) return true;
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (event.ctrlKey || event.metaKey) return false;
  if (target.closest('[role=dialog],[role=alertdialog],[role=menu],[role=listbox]')) return true;
  return (
    target.isContentEditable ||
    target.matches('input:not([type=checkbox],[type=radio]),textarea,select')
  );
}

/** Enter, Space and Tab on a control act on that control. */
export function belongsToControl(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  // With Ctrl or Cmd they are a command of the screen: `Mod+Enter` begins, wherever the focus is.
  const acts = (event.key === 'Enter' || event.key === ' ') && !event.ctrlKey && !event.metaKey;
  const moves = event.key.startsWith('Arrow') || event.key === 'Home' || event.key === 'End';
  return (
    (acts &&
      target.matches('button,a[href],summary,input,[role=button],[role=tab],[role=option]')) ||
    (moves && target.matches('[role=tab],[role=radio],input[type=radio],[role=row],[role=slider]'))
  );
}
