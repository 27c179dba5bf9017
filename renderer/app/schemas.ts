/**
 * The content policy forbids code from strings; zod would probe for it and leave a report in the console.
 * Imported before the contract, whose schemas read this setting when they are built.
 */
import { config } from 'zod';

config({ jitless: true });
