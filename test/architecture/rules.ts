/**
 * The import rules of ARCHITECTURE.md as one pure function: an import in, a sentence out that says what
 * to do instead, or nothing. Tested by itself with imports that must fail, so that it cannot go blind.
 */
import { isBuiltin } from 'node:module';
import type { Import } from './imports.ts';

/** Services, top to bottom; each may import those after it. */
export const SERVICES = [
  'reports',
  'serving',
  'evaluation',
  'training',
  'labeling',
  'deid',
  'models',
  'corpus',
  'governance',
  'store',
  'platform',
] as const;

const SHELLS = ['shell', 'preview', 'cli'];
const NETWORK = new Set(
  ['http', 'https', 'http2', 'net', 'tls', 'dgram', 'dns'].flatMap((n) => [n, `node:${n}`]),
);

/** Packages that belong to one room, and the folders that may name them. */
const KEPT: readonly {
  readonly name: string;
  readonly in: readonly string[];
  readonly instead: string;
}[] = [
  {
    name: 'electron',
    in: ['main/shell/', 'main/entries/'],
    instead:
      'take what you need as a parameter; only the Electron shell and the entries know Electron',
  },
  {
    name: 'onnxruntime-node',
    in: ['main/compute/sessions/'],
    instead: 'open a session through main/compute/sessions',
  },
  {
    name: 'better-sqlite3-multiple-ciphers',
    in: ['main/store/'],
    instead: 'use the Db of main/store',
  },
  {
    name: 'playwright-core',
    in: ['main/preview/'],
    instead: 'only the preview shell drives a browser',
  },
  {
    name: 'commander',
    in: ['main/cli/', 'main/entries/'],
    instead: 'only the terminal parses arguments',
  },
];

interface Room {
  readonly layer: 'main' | 'shared' | 'renderer' | 'test' | 'other';
  readonly name: string;
}

function roomOf(path: string): Room {
  const [layer = '', name = ''] = path.split('/');
  if (layer === 'main' || layer === 'shared' || layer === 'renderer' || layer === 'test')
    return { layer, name };
  return { layer: 'other', name: layer };
}

export function violation(edge: Import): string | undefined {
  const from = roomOf(edge.from);
  if (from.layer === 'test') return undefined;
  const place = `${edge.from}:${edge.line}`;
  return edge.isPackage
    ? packageViolation(edge, from, place)
    : fileViolation(edge, from, roomOf(edge.to), place);
}

function packageViolation(edge: Import, from: Room, place: string): string | undefined {
  if (NETWORK.has(edge.to))
    return `${place} imports ${edge.to}. Cloister opens no socket: talk over a Port instead.`;
  for (const kept of KEPT) {
    if (
      edge.to === kept.name &&
      !edge.typeOnly &&
      !kept.in.some((folder) => edge.from.startsWith(folder))
    )
      return `${place} imports ${edge.to}, which lives in ${kept.in.join(' and ')}: ${kept.instead}.`;
    if (edge.to === kept.name && edge.typeOnly && from.layer !== 'main')
      return `${place} names the types of ${edge.to} outside main: ${kept.instead}.`;
  }
  if ((from.layer === 'shared' || from.layer === 'renderer') && isBuiltin(edge.to))
    return `${place} imports ${edge.to}. ${from.layer}/ runs in the sandboxed page too, where there is no Node: move the code to main/platform and hand in what it needs.`;
  if (from.layer === 'shared' && from.name !== 'contract')
    return `${place} imports the package ${edge.to}. shared/${from.name} is free of dependencies; only shared/contract may use zod.`;
  if (from.layer === 'shared' && edge.to !== 'zod')
    return `${place} imports ${edge.to}. The contract knows zod and nothing else.`;
  return undefined;
}

function fileViolation(edge: Import, from: Room, to: Room, place: string): string | undefined {
  if (from.layer === to.layer && from.name === to.name) return undefined;
  if (to.layer === 'test')
    return `${place} imports ${edge.to}. Product code does not lean on tests: move the shared piece into its room.`;
  if (from.layer === 'shared') return sharedViolation(edge, from, to, place);
  if (from.layer === 'renderer') {
    if (to.layer === 'renderer' || to.layer === 'shared') return undefined;
    return `${place} imports ${edge.to}. The page is untrusted and runs without Node: ask through a procedure of the contract.`;
  }
  if (from.layer !== 'main') return undefined;
  if (to.layer === 'renderer')
    return `${place} imports ${edge.to}. main/ serves the page as files and never imports it.`;
  if (to.layer === 'shared') return undefined;
  return mainViolation(edge, from, to, place);
}

function sharedViolation(edge: Import, from: Room, to: Room, place: string): string | undefined {
  const allowed: Record<string, readonly string[]> = {
    kernel: [],
    domain: ['kernel'],
    contract: ['kernel', 'domain'],
  };
  if (to.layer === 'shared' && (allowed[from.name] ?? []).includes(to.name)) return undefined;
  return `${place} imports ${edge.to}. shared/${from.name} may import ${allowed[from.name]?.map((n) => `shared/${n}`).join(' and ') || 'nothing'}: move the shared piece down, or pass it in.`;
}

function mainViolation(edge: Import, from: Room, to: Room, place: string): string | undefined {
  if (from.name === 'entries') return undefined; // Composition only; may see everything.
  if (to.name === 'entries')
    return `${place} imports ${edge.to}. Entries compose, nobody imports them.`;
  if (from.name === 'compute')
    return `${place} imports ${edge.to}. Compute sees tensors and opaque ids only: it may import shared/, and talks to the core over main/compute/protocol.ts.`;
  if (to.name === 'compute') {
    if (edge.to === 'main/compute/protocol.ts' && from.name === 'models') return undefined;
    return `${place} imports ${edge.to}. Only main/models speaks to compute, and only by main/compute/protocol.ts: use the client in main/models.`;
  }
  const fromRank = SERVICES.indexOf(from.name as (typeof SERVICES)[number]);
  const toRank = SERVICES.indexOf(to.name as (typeof SERVICES)[number]);
  if (fromRank >= 0) {
    if (toRank < 0)
      return `${place} imports ${edge.to}. A service knows neither shells nor ipc: return a value and let main/ipc bind it.`;
    if (toRank < fromRank)
      return `${place} imports ${edge.to}, which stands above it. Services import downwards only (${SERVICES.join(', ')}): let the upper room register itself, as followers of an erasure do.`;
    return faceViolation(edge, to, place);
  }
  if (from.name === 'ipc') {
    if (SHELLS.includes(to.name))
      return `${place} imports ${edge.to}. The binding does not know which shell it serves.`;
    return toRank >= 0 ? faceViolation(edge, to, place) : undefined;
  }
  if (SHELLS.includes(from.name)) {
    if (to.name === 'ipc' || to.name === 'platform') return faceViolation(edge, to, place);
    if (SHELLS.includes(to.name)) return undefined;
    return `${place} imports ${edge.to}. A shell reaches services through the contract only.`;
  }
  return `${place} imports ${edge.to}, and main/${from.name} is no room of ARCHITECTURE.md.`;
}

function faceViolation(edge: Import, to: Room, place: string): string | undefined {
  if (edge.to === `main/${to.name}/index.ts`) return undefined;
  return `${place} imports ${edge.to}. Other rooms are entered by their face: export it from main/${to.name}/index.ts.`;
}

/** Cycles among files, each as the list of files on it. Type-only imports vanish at run time and do not count. */
export function cycles(edges: readonly Import[]): readonly (readonly string[])[] {
  const graph = new Map<string, string[]>();
  for (const edge of edges) {
    if (edge.isPackage || edge.typeOnly) continue;
    graph.set(edge.from, [...(graph.get(edge.from) ?? []), edge.to]);
  }
  const found: string[][] = [];
  const state = new Map<string, 'open' | 'done'>();
  const path: string[] = [];
  const visit = (file: string): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      found.push([...path.slice(path.indexOf(file)), file]);
      return;
    }
    state.set(file, 'open');
    path.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    path.pop();
    state.set(file, 'done');
  };
  for (const file of graph.keys()) visit(file);
  return found;
}
