/** What the error dialog says: per code what happened and what to do; `error.safe.*` per class. */
export const errors = {
  'error.title': 'This did not work',
  'error.what': 'What happened',
  'error.safe': 'Is my data safe',
  'error.todo': 'What to do',
  'error.copy': 'Copy the details',
  'error.safe.unchanged': 'Yes. Nothing was written; everything is as it was.',
  'error.safe.kept': 'Yes. What was already finished is stored.',
  'error.safe.check': 'Probably. Look at the audit log before going on.',
  'error.unknown.what': 'Something happened that this version has no sentence for.',
  'error.unknown.todo': 'Try again. If it happens again, pass on the code below.',
} as const;
