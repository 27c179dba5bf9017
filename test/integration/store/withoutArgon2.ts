// Loaded before a program: the crypto library as Electron has it, which links BoringSSL and knows no Argon2.
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

delete (crypto as { argon2?: unknown }).argon2;
delete (crypto as { argon2Sync?: unknown }).argon2Sync;
syncBuiltinESMExports();
