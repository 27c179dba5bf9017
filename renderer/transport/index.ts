/** The face of the transport: a typed client over whichever port the shell offers. */
export { createPortClient, type Connection, type PortClient } from './client.ts';
export { folderDialog, openPort, type ChosenFolder } from './ports.ts';
export { chunkOf, filesOf, inOrder, labelOf, type NamedFile } from './files.ts';
export { handOver, type Handing } from './handOver.ts';
export { save } from './save.ts';
