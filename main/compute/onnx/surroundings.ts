/**
 * What lies around an ONNX file: side files with its weights, and other formats mistaken for it. Names
 * in a model come from a stranger; one that leads out of the model's folder is refused, whatever it
 * points at.
 */
import { fault } from '../fault.ts';

/** Files in the folder of the model, by path relative to it. */
export type FilesBeside = Readonly<Record<string, Uint8Array>>;

/**
 * The bytes of a tensor kept in a side file.
 * @param place the key-value pairs of TensorProto.external_data: location, offset, length.
 */
export function readExternal(
  tensor: string,
  place: Readonly<Record<string, string>>,
  expected: number,
  files: FilesBeside,
): Uint8Array {
  const location = place['location'] ?? '';
  const parts = location.split('/');
  // Backslash and colon are paths on Windows; control characters have no business in a name.
  // eslint-disable-next-line no-control-regex
  if (parts.some((part) => /^\.{0,2}$|[\\:\u0000-\u001f]/.test(part)))
    throw fault(
      'bad-model',
      `The tensor "${tensor}" points to ${JSON.stringify(location)}, outside the folder of the model. Do not use this file.`,
    );
  const file = Object.hasOwn(files, location) ? files[location] : undefined;
  if (!file)
    throw fault(
      'bad-model',
      `The model keeps its weights in the file "${location}", which is not beside it. Bring both.`,
    );
  const offset = Number(place['offset'] ?? 0);
  const length = Number(place['length'] ?? expected);
  const sound = [offset, length].every((value) => Number.isSafeInteger(value) && value >= 0);
  if (!sound || offset + length > file.length)
    throw fault(
      'bad-model',
      `The tensor "${tensor}" lies beyond the end of "${location}". The file is not complete or not the right one.`,
    );
  return file.subarray(offset, offset + length);
}

const OTHERS: readonly { readonly starts: string; readonly what: string }[] = [
  {
    starts: 'version https://git-lfs',
    what: 'It is a pointer of Git LFS; the model itself was not downloaded.',
  },
  { starts: 'PK\u0003\u0004', what: 'It is a zip archive, as PyTorch and many tools write.' },
  { starts: '\u0089HDF', what: 'It is an HDF5 file, as Keras writes.' },
  { starts: '<!DOCTYPE', what: 'It is a web page, probably saved in place of the model.' },
  { starts: '<html', what: 'It is a web page, probably saved in place of the model.' },
  { starts: '{', what: 'It is a JSON file.' },
  { starts: 'GGUF', what: 'It is a GGUF file, as llama.cpp reads.' },
];

/** @throws Fault 'bad-model' saying what the file is instead, where that is plain to see. */
export function refuseOtherFormats(bytes: Uint8Array): void {
  if (bytes.length === 0) throw fault('bad-model', 'The model file is empty.');
  const head = String.fromCharCode(...bytes.subarray(0, 32));
  // safetensors: eight bytes of header length, then JSON.
  const isSafetensors = head.slice(6, 10) === '\u0000\u0000{"';
  const what = isSafetensors
    ? 'It is a safetensors file, which holds weights without a graph.'
    : OTHERS.find(({ starts }) => head.startsWith(starts))?.what;
  if (what !== undefined) throw fault('bad-model', `The file is not an ONNX model. ${what}`);
}
