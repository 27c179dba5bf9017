/**
 * Files from a drop or a chooser, with their place inside the dropped folder as name. Paths of this machine
 * never reach the page, and the page never sends one.
 */
export async function filesOf(transfer: DataTransfer): Promise<readonly File[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  return (await Promise.all(entries.map(walk))).flat();
}

const names = new WeakMap<File, string>();

export interface NamedFile {
  readonly file: File;
  /** Inside the source, with forward slashes. */
  readonly name: string;
}

/**
 * By name, as a terminal reads a folder, whatever order the chooser hands out. A folder that holds everything
 * is the source itself and no part of the names: the same folder brought again another way is then known.
 */
export function inOrder(files: readonly File[]): readonly NamedFile[] {
  const named = files.map((file) => ({ file, name: nameOf(file) }));
  const top = named[0]?.name.split('/', 1)[0] ?? '';
  const cut = named.every(({ name }) => name.startsWith(`${top}/`)) ? top.length + 1 : 0;
  return named
    .map(({ file, name }) => ({ file, name: name.slice(cut) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The folder's name, or the first file's without its ending. */
export function labelOf(files: readonly File[]): string {
  const first = files[0] ? nameOf(files[0]) : '';
  const label = first.includes('/') ? first.split('/', 1)[0]! : first.replace(/\.[^.]+$/, '');
  return label.slice(0, 200);
}

/** `folder/note.txt`. */
const nameOf = (file: File): string =>
  names.get(file) ?? (file.webkitRelativePath === '' ? file.name : file.webkitRelativePath);

async function walk(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    names.set(file, entry.fullPath.replace(/^\//, ''));
    return [file];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  for (;;) {
    // A reader hands out at most a hundred entries at a time.
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (batch.length === 0) return found;
    found.push(...(await Promise.all(batch.map(walk))).flat());
  }
}

/** Bytes of the file from `start`, as base64; a chunk stays below the contract's limit. */
export function chunkOf(file: Blob, start: number, size: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error ?? new Error('The file could not be read.'));
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''));
    reader.readAsDataURL(file.slice(start, start + size));
  });
}
