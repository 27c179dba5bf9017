/** A model folder as it comes from a stranger: which file is the model, what stands around it. */
import { z } from 'zod';
import { fault } from '../fault.ts';
import type { FilesBeside } from '../onnx/index.ts';
import type { InspectResult, ModelBundle } from '../protocol.ts';

export interface ModelFolder {
  /** Path of the ONNX file within the folder. */
  readonly path: string;
  readonly onnx: Uint8Array;
  /** The files of its own folder by name, for external weights. */
  readonly beside: FilesBeside;
  readonly config: Config;
  readonly configBytes: Uint8Array | undefined;
}

const Config = z.object({
  model_type: z.string().optional(),
  architectures: z.array(z.string()).nullish(),
  id2label: z.record(z.string(), z.string()).optional(),
  license: z.string().optional(),
  cloister: z.unknown().optional(),
});
export type Config = z.output<typeof Config>;

/** Layouts of Hugging Face and of plain folders, the one preferred first. */
const USUAL = ['onnx/model.onnx', 'model.onnx'];

/** @throws Fault 'bad-model' when there is no ONNX file or no telling which one is meant. */
export function readFolder({ files }: ModelBundle): ModelFolder {
  const models = Object.keys(files).filter((path) => path.endsWith('.onnx'));
  const path =
    USUAL.find((usual) => models.includes(usual)) ??
    (models.length === 1 ? (models[0] as string) : undefined);
  if (path === undefined)
    throw fault(
      'bad-model',
      models.length === 0
        ? 'The folder holds no ONNX file. Export the model to ONNX first (onnx/model.onnx).'
        : `The folder holds ${models.length} ONNX files and none is named onnx/model.onnx. Keep the one that is meant.`,
    );
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const beside = Object.fromEntries(
    Object.entries(files)
      .filter(([name]) => name.startsWith(folder) && name !== path)
      .map(([name, bytes]) => [name.slice(folder.length), bytes]),
  );
  const configBytes = files['config.json'] ?? files[`${folder}config.json`];
  return {
    path,
    onnx: files[path] as Uint8Array,
    beside,
    config: configBytes ? readConfig(configBytes) : {},
    configBytes,
  };
}

function readConfig(bytes: Uint8Array): Config {
  try {
    const parsed = Config.safeParse(JSON.parse(text(bytes)));
    if (parsed.success) return parsed.data;
  } catch {
    // Falls through to the same answer: not a config.
  }
  throw fault('bad-model', 'The config.json of the model is not readable.');
}

/** Labels by their number, or none where the numbers do not count up from zero. */
export function labelsOf({ id2label = {} }: Config): readonly string[] {
  const labels = Object.keys(id2label).flatMap((_, index) => id2label[String(index)] ?? []);
  return labels.length === Object.keys(id2label).length ? labels : [];
}

const TOKENIZERS: Readonly<Record<string, InspectResult['tokenizer']>> = {
  WordPiece: 'wordpiece',
  BPE: 'bpe',
  Unigram: 'unigram',
  WordLevel: 'words',
};

export function tokenizerOf({ files }: ModelBundle): InspectResult['tokenizer'] {
  const bytes = files['tokenizer.json'];
  if (!bytes) return 'none';
  try {
    const { model } = JSON.parse(text(bytes)) as {
      model?: { type?: string; vocab?: unknown; merges?: unknown };
    };
    // Old files leave the type out; the fields tell.
    const type =
      model?.type ??
      (model?.merges !== undefined ? 'BPE' : Array.isArray(model?.vocab) ? 'Unigram' : 'WordPiece');
    return TOKENIZERS[type] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

/** Each place that names a license: config.json, the front matter of README.md, a LICENSE file. */
export function licensesOf({ files }: ModelBundle, config: Config): InspectResult['licenses'] {
  const found: { file: string; license: string }[] = [];
  if (config.license) found.push({ file: 'config.json', license: config.license });
  for (const [file, bytes] of Object.entries(files)) {
    if (/^readme\.md$/i.test(file)) {
      const matter = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text(bytes))?.[1] ?? '';
      const license = /^license:\s*["']?([^"'\r\n]+?)["']?\s*$/m.exec(matter)?.[1];
      if (license) found.push({ file, license });
    } else if (/^(licen[sc]e|copying)(\.(md|txt))?$/i.test(file)) {
      const title = text(bytes.subarray(0, 2000))
        .split('\n')
        .map((line) => line.replace(/^#+/, '').trim())
        .find((line) => line !== '');
      if (title) found.push({ file, license: title.slice(0, 120) });
    }
  }
  return found;
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
