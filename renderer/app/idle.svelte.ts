/**
 * Locks after the set minutes without a key, a pointer or a wheel. The core has its own watch; this one
 * also blanks the page. Sleep counts: time is compared, not ticks counted.
 */
import { getApp } from '../state/index.ts';

const INPUTS = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const;

export function useIdleLock(): { readonly minutesLeft: number } {
  const app = getApp();
  let lastInput = Date.now();
  let minutesLeft = $state(app.settings.stored.lockAfterMinutes);

  const look = () => {
    const idleMinutes = (Date.now() - lastInput) / 60_000;
    minutesLeft = Math.max(0, Math.ceil(app.settings.stored.lockAfterMinutes - idleMinutes));
    if (minutesLeft === 0) void app.lock();
  };
  const touched = () => {
    lastInput = Date.now();
  };

  $effect(() => {
    for (const name of INPUTS) window.addEventListener(name, touched, { passive: true });
    const timer = setInterval(look, 5_000);
    look();
    return () => {
      for (const name of INPUTS) window.removeEventListener(name, touched);
      clearInterval(timer);
    };
  });
  return {
    get minutesLeft() {
      return minutesLeft;
    },
  };
}
