// The terminal's and the tests' way to the core. The page has the same client behind its own port.
import type { Client, ClientMessage, Port, ServerMessage } from '../../shared/contract/index.ts';
import { createPortClient } from '../../shared/contract/client.ts';

export const createClient = (port: Port<ServerMessage, ClientMessage>): Client =>
  createPortClient(port);
