/*
 * What is found in a bundle, put together from three witnesses: the files themselves, config.json, and
 * compute, which has read the graph and tried to run it. The verdict follows from what compute says and
 * from whether there is a tokenizer: without one no text can reach the model.
 */
import type { Base, BaseReport } from '../../shared/contract/index.ts';
import type { InspectResult } from '../compute/protocol.ts';
import { reportFiles, type Bundle } from './bundles/bundle.ts';
import { hashOfFiles } from './hash.ts';

type Reason = BaseReport['reasons'][number];

/** The parts of a Hugging Face config.json that are shown; every family names them its own way. */
export interface ConfigFacts {
  readonly family: string | null;
  readonly maxTokens: number | null;
  readonly hidden: number | null;
  readonly layers: number | null;
  readonly labels: readonly string[];
  readonly licence: string | null;
}

export type Inspected =
  | { readonly ok: true; readonly value: InspectResult }
  /** Compute could make no sense of the graph. */
  | { readonly ok: false; readonly why: string };

export function baseReport(
  bundle: Bundle,
  inspected: Inspected,
  alreadyHere: (sha256: string) => string | null,
): BaseReport {
  const files = reportFiles(bundle);
  const config = readConfig(bundle.files['config.json']);
  const kept = bundle.listed.flatMap((file, index) =>
    file.kept === null
      ? []
      : [{ path: file.kept, bytes: file.bytes, sha256: files[index]?.sha256 as string }],
  );
  const sha256 = hashOfFiles(kept);
  const shared = {
    name: nameOf(bundle.label),
    family: config.family,
    maxTokens: config.maxTokens,
    hidden: config.hidden,
    layers: config.layers,
    files,
    sizeBytes: kept.reduce((sum, { bytes }) => sum + bytes, 0),
    sha256,
    alreadyHere: alreadyHere(sha256),
  };
  if (!inspected.ok) {
    return {
      ...shared,
      verdict: 'refused',
      reasons: [{ code: 'unreadable', message: inspected.why.slice(0, 2000) }],
      task: null,
      labels: config.labels.slice(0, 500),
      parameters: 0,
      opset: null,
      operators: [],
      tokenizer: null,
      loraTargets: [],
      licence: licenceOf(bundle, config, []),
    };
  }
  const found = inspected.value;
  const labels = (found.labels.length > 0 ? found.labels : config.labels)
    .slice(0, 500)
    .map((label) => label.slice(0, 100));
  return {
    ...shared,
    ...verdictOf(found, labels.length),
    task: found.task,
    family: shared.family ?? found.architecture,
    labels,
    parameters: found.parameters,
    opset: found.opsets[''] ?? found.opsets['ai.onnx'] ?? null,
    operators: Object.entries(found.operators)
      .map(([name, count]) => ({
        name: name.slice(0, 200),
        count,
        trainable: !found.untrainable.includes(name),
      }))
      .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
      .slice(0, 500),
    tokenizer: hasTokenizer(found)
      ? { kind: found.tokenizer, vocabulary: vocabularyOf(bundle.files['tokenizer.json']) }
      : null,
    loraTargets: found.adaptable.slice(0, 100).map((name) => name.slice(0, 100)),
    licence: licenceOf(bundle, config, found.licenses),
  };
}

const hasTokenizer = ({ tokenizer }: InspectResult): boolean =>
  tokenizer !== 'none' && tokenizer !== 'unknown';

function verdictOf(
  found: InspectResult,
  labels: number,
): { readonly verdict: Base['verdict']; readonly reasons: Reason[] } {
  const reasons: Reason[] = found.refusals.map(({ code, sentence }) => ({
    code: code.slice(0, 60),
    message: sentence.slice(0, 2000),
  }));
  const tokenizer = hasTokenizer(found);
  if (!tokenizer) {
    reasons.push({
      code: 'no-tokenizer',
      message:
        found.tokenizer === 'none'
          ? 'There is no tokenizer.json, so no text can be given to it. Save the fast tokenizer beside the model (tokenizer.save_pretrained) and bring the folder again.'
          : 'Its tokenizer.json is of a kind that is not known here; WordPiece, byte-level BPE and Unigram are.',
    });
  }
  const trainable = found.trainable && tokenizer;
  const predicts = found.inference.works && tokenizer && found.task !== 'features' && labels > 0;
  if (!found.inference.works) {
    reasons.push({
      code: 'does-not-run',
      message: `It does not run here: ${found.inference.reason ?? 'no reason was given'}`.slice(
        0,
        2000,
      ),
    });
  } else if (!trainable && tokenizer && !predicts) {
    reasons.push({
      code: 'nothing-to-predict',
      message: 'It has no labels, so without training there is nothing that it could predict.',
    });
  }
  return {
    verdict:
      trainable && found.inference.works ? 'trainable' : predicts ? 'inferenceOnly' : 'refused',
    reasons: reasons.slice(0, 100),
  };
}

export function readConfig(bytes: Uint8Array | undefined): ConfigFacts {
  const config = jsonOf(bytes) ?? {};
  const count = (...names: readonly string[]): number | null =>
    (names.map((name) => config[name]).find((value) => isCount(value)) as number | undefined) ??
    null;
  const text = (name: string): string | null =>
    typeof config[name] === 'string' ? config[name].slice(0, 100) : null;
  const labels = config['id2label'];
  return {
    family: text('model_type'),
    maxTokens: count('max_position_embeddings', 'n_positions', 'max_seq_len'),
    hidden: count('hidden_size', 'dim', 'd_model', 'n_embd'),
    layers: count('num_hidden_layers', 'n_layers', 'num_layers', 'n_layer'),
    labels:
      typeof labels === 'object' && labels !== null
        ? Object.values(labels).map((label) => String(label).slice(0, 100))
        : [],
    licence: text('license'),
  };
}

const isCount = (value: unknown): boolean =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0;

function jsonOf(bytes: Uint8Array | undefined): Record<string, unknown> | undefined {
  if (!bytes || bytes.length > 64 * 1024 * 1024) return undefined;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function vocabularyOf(bytes: Uint8Array | undefined): number {
  const model = jsonOf(bytes)?.['model'] as { readonly vocab?: unknown } | undefined;
  const vocabulary = model?.vocab;
  if (Array.isArray(vocabulary)) return vocabulary.length;
  return typeof vocabulary === 'object' && vocabulary !== null ? Object.keys(vocabulary).length : 0;
}

/** README first: it is what the publisher wrote for people; then what the files say elsewhere. */
function licenceOf(
  { files }: Bundle,
  config: ConfigFacts,
  found: InspectResult['licenses'],
): string | null {
  const readme = Object.entries(files).find(([path]) => /^readme/i.test(path))?.[1];
  const front = readme && /^---\r?\n([\s\S]*?)\r?\n---/.exec(new TextDecoder().decode(readme));
  const named = front ? /^licen[cs]e:\s*["']?([^"'\r\n]+)/m.exec(front[1] ?? '')?.[1] : undefined;
  const licence = named?.trim() ?? config.licence ?? found[0]?.license ?? null;
  return licence === null || licence === '' ? null : licence.slice(0, 200);
}

const nameOf = (label: string): string =>
  label
    .replace(/\.(zip|onnx)$/i, '')
    .trim()
    .slice(0, 200) || 'model';
