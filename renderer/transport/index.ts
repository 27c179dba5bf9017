/** The face of the transport: a typed client over whichever port the shell offers. */
export { createPortClient, type Connection, type PortClient } from './client.ts';
export { openPort } from './ports.ts';
