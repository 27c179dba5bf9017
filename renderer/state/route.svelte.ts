/**
 * Where the page is: `#/room/rest?flags`. The hash is the only address, so that every shell serves one
 * file. Flags of pictures (`theme`, `locale`) are read from the hash and from the query of the page.
 */
export class Route {
  #hash = $state(location.hash);

  constructor() {
    window.addEventListener('hashchange', () => (this.#hash = location.hash));
  }

  readonly #parts = $derived.by(() => {
    const path = this.#hash.replace(/^#\/?/, '').split('?')[0] ?? '';
    return path.split('/').filter(Boolean).map(decodeURIComponent);
  });

  get room(): string {
    return this.#parts[0] ?? 'home';
  }
  /** What follows the room, e.g. the id of a document. */
  get rest(): readonly string[] {
    return this.#parts.slice(1);
  }

  flag(name: string): string | null {
    const inHash = new URLSearchParams(this.#hash.split('?')[1] ?? '').get(name);
    return inHash ?? new URLSearchParams(location.search).get(name);
  }

  go(room: string, ...rest: readonly string[]): void {
    location.hash = `#/${[room, ...rest].map(encodeURIComponent).join('/')}`;
  }

  href(room: string, ...rest: readonly string[]): string {
    return `#/${[room, ...rest].map(encodeURIComponent).join('/')}`;
  }
}
