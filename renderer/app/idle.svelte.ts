/**
 * Locks after the set minutes without a key, a pointer or a wheel, and after the hours of a session whatever
 * one does. The core has its own watch; this one also blanks the page. Sleep counts: time is compared, not
 * ticks counted.
 */
import { getApp } from '../state/index.ts';

const INPUTS = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const;
/** How long before the end of a session somebody hears of it: time to finish a sentence. */
const NOTICE_MINUTES = 10;

export interface IdleLock {
  readonly minutesLeft: number;
  /** Null while the end of the session is far off. */
  readonly sessionMinutesLeft: number | null;
}

export function useIdleLock(): IdleLock {
  const app = getApp();
  let lastInput = Date.now();
  let minutesLeft = $state(app.settings.stored.lockAfterMinutes);
  let sessionMinutesLeft = $state<number | null>(null);

  const sessionLeft = (): number => {
    const openedAt = app.session.status?.openedAt;
    if (!openedAt) return Infinity;
    const passed = (Date.now() - Date.parse(openedAt)) / 60_000;
    return Math.max(0, Math.ceil(app.settings.stored.lockAfterHours * 60 - passed));
  };
  const look = () => {
    const idleMinutes = (Date.now() - lastInput) / 60_000;
    minutesLeft = Math.max(0, Math.ceil(app.settings.stored.lockAfterMinutes - idleMinutes));
    const session = sessionLeft();
    sessionMinutesLeft = session <= NOTICE_MINUTES ? session : null;
    if (minutesLeft === 0 || session === 0) void app.lock();
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
    get sessionMinutesLeft() {
      return sessionMinutesLeft;
    },
  };
}
