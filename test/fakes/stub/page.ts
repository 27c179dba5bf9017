// The stub core inside the page, for work on the page with hot reload (`npm run dev:web`): the same pipe as
// the preview's, answered on the spot. `?stub=empty` picks a scenario, `?theme=dark&locale=zh` a look.
import type { ClientMessage } from '../../../shared/contract/index.ts';
import { createStubCore, SCENARIOS } from './core.ts';

const wished = new URLSearchParams(location.search).get('stub');
const scenario = SCENARIOS.find((known) => known === wished) ?? 'full';
const stub = createStubCore(scenario, (message) =>
  setTimeout(() => window.__cloisterReceive?.(JSON.stringify(message))),
);
window.__cloisterSend = (json) => stub.receive(JSON.parse(json) as ClientMessage);
