/** How components reach the state of the page. Set once by the root component. */
import { createContext } from 'svelte';
import type { App } from './app.svelte.ts';

export const [getApp, setApp] = createContext<App>();
