/**
 * Starts a job and stays only until the core has taken it: from then on it is watched where jobs are shown,
 * and a later failure is told by the error dialog. What is refused before is the caller's to show.
 */
import type { InputOf, JobName, WireError } from '../../../shared/contract/index.ts';
import type { App } from '../../state/index.ts';

/** Null once it was taken. */
export function launch<N extends JobName>(
  app: App,
  name: N,
  input: InputOf<N>,
): Promise<WireError | null> {
  return new Promise((resolve) => {
    let taken = false;
    void app.client
      .call(name, input, {
        onJob: () => {
          taken = true;
          resolve(null);
        },
      })
      .then((result) => {
        if (result.ok || result.error.code === 'CANCELLED') resolve(null);
        else if (taken) app.fault = result.error;
        else resolve(result.error);
      });
  });
}
