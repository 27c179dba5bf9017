// The page in this machine's own Chromium. Started by `cloister open`.
import '../ipc/noNetwork.ts';
import { productFolder, productVersion } from '../ipc/index.ts';
import { readPreviewArguments, runPreview } from '../preview/index.ts';

process.exitCode = await runPreview(
  readPreviewArguments(process.argv.slice(2), {
    folder: productFolder(),
    version: productVersion(),
  }),
);
