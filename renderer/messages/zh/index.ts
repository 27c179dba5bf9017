/** All areas of this locale in one table. An area is one room of the page. */
import { retention } from './retention.ts';
import { register } from './register.ts';
import { policies } from './policies.ts';
import { breaches } from './breaches.ts';
import { exits } from './exits.ts';
import { unlearning } from './unlearning.ts';
import { keys } from './keys.ts';
import { audit } from './audit.ts';
import { bases } from './bases.ts';
import { common } from './common.ts';
import { consent } from './consent.ts';
import { consentRecords } from './consentRecords.ts';
import { documents } from './documents.ts';
import { errors } from './errors.ts';
import { evaluation } from './evaluation.ts';
import { frame } from './frame.ts';
import { home } from './home.ts';
import { jobs } from './jobs.ts';
import { labeling } from './labeling.ts';
import { people } from './people.ts';
import { recipe } from './recipe.ts';
import { reports } from './reports.ts';
import { requests } from './requests.ts';
import { requestWork } from './requestWork.ts';
import { settings } from './settings.ts';
import { snapshots } from './snapshots.ts';
import { sweeps } from './sweeps.ts';
import { training } from './training.ts';
import { unlock } from './unlock.ts';

export const zh = {
  ...common,
  ...errors,
  ...frame,
  ...jobs,
  ...unlock,
  ...home,
  ...documents,
  ...consent,
  ...consentRecords,
  ...labeling,
  ...snapshots,
  ...training,
  ...recipe,
  ...bases,
  ...sweeps,
  ...evaluation,
  ...requests,
  ...requestWork,
  ...reports,
  ...audit,
  ...settings,
  ...people,
  ...keys,
  ...unlearning,
  ...exits,
  ...breaches,
  ...policies,
  ...register,
  ...retention,
} as const;
