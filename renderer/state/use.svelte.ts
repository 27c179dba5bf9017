/** Registrations that last as long as the component that makes them. */
import { getApp } from './context.ts';
import type { Command } from './commands.svelte.ts';

/** Adds actions of a screen to the one table. The function is followed: titles and `enabled` stay true. */
export function useCommands(source: () => readonly Command[]): void {
  const app = getApp();
  $effect(() => app.commands.add(source));
}

/** Facts about the selection, shown in the status bar. */
export function useFacts(source: () => readonly string[]): void {
  const app = getApp();
  $effect(() => {
    app.facts = source();
    return () => (app.facts = []);
  });
}
