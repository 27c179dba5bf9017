/** Reports: who gets what, what is still missing in it. */
export const reports = {
  'reports.kind.modelCard': 'Model card',
  'reports.kind.evaluation': 'Evaluation',
  'reports.kind.accessPack': 'Access pack',
  'reports.kind.erasureCertificate': 'Erasure certificate',
  'reports.kind.letter': 'Letter',
  'reports.empty.title': 'No report yet',
  'reports.empty.text':
    'Model cards and evaluation reports are written from a trained model; packs and certificates come from requests.',
  'reports.write': 'Write reports for a model',
  'reports.write.title': 'Write reports',
  'reports.write.text':
    'Everything in them can be made again from the run, the snapshot and the seed.',
  'reports.write.model': 'Model',
  'reports.write.kinds': 'Which',
  'reports.write.do': 'Write',
  'reports.col.title': 'Report',
  'reports.col.kind': 'Kind',
  'reports.col.created': 'Written',
  'reports.col.files': 'Files',
  'reports.file': 'File',
  'reports.reading': 'Report',
  'reports.export': 'Hand out',
  'reports.export.title': 'Hand out “{title}”',
  'reports.export.text':
    'Recipient and hash are registered before a byte leaves the vault. If a person in it is erased later, the recipient is listed to be told.',
  'reports.export.recipient': 'Recipient',
  'reports.export.recipient.hint': 'A person or body by name, e.g. the ethics board.',
  'reports.export.do': 'Register and save the files',
  'reports.export.done': {
    one: '{count} file handed out under exit {exit}.',
    other: '{count} files handed out under exit {exit}.',
  },
  'reports.exits': 'What has left the vault',
  'reports.exits.none': 'Nothing has left the vault.',
  'reports.exits.to': 'To {recipient}',
  'reports.exits.entry': 'log entry {seq}',
} as const;
