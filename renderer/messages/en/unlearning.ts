/** Models after a person has left them. */
export const unlearning = {
  'model.reason.a consent was withdrawn':
    'A consent behind it was withdrawn: it is refused for every use.',
  'model.reason.a person was erased':
    'A person it learned from was erased: it is refused for every use.',
  'model.reason.the time for a person’s texts was over':
    'The time for texts it learned from was over: it is refused for every use.',
  'model.reason.by the steward': 'Decided by the steward.',
  'model.reason.nobody decided in time': 'Nobody decided in time, so it was blocked.',
  'model.reason.trained again without them': 'It was trained again without the people who left.',
  'unlearning.title': 'People who left',
  'unlearning.left.withdrawal': {
    one: '{count} person withdrew, {date}',
    other: '{count} people withdrew, {date}',
  },
  'unlearning.left.retention': {
    one: 'The time for the texts of {count} person was over, {date}',
    other: 'The time for the texts of {count} people was over, {date}',
  },
  'unlearning.left.erasure': {
    one: '{count} person was erased, {date}',
    other: '{count} people were erased, {date}',
  },
  'unlearning.decideBy': 'Decide by {date}; after that it is blocked.',
  'unlearning.decide': 'Decide',
  'unlearning.decide.title': 'What becomes of “{name}”',
  'unlearning.decide.text':
    'Nobody can take out of a model what it learned. It is either trained again without the people who left, or destroyed.',
  'unlearning.choice': 'Decision',
  'unlearning.choice.retrain': 'Train again without them',
  'unlearning.choice.retrain.text': {
    one: 'Same recipe and seeds, {count} document. The new model takes its place.',
    other: 'Same recipe and seeds, {count} documents. The new model takes its place.',
  },
  'unlearning.choice.retrain.time': 'about {time}',
  'unlearning.choice.retrain.shards': '{touched} of {total} shards',
  'unlearning.choice.destroy': 'Destroy it',
  'unlearning.choice.destroy.text':
    'Weights and keys go, and the vault is searched for what is left. The record with the hash stays.',
  'unlearning.choice.destroy.note': 'cannot be undone',
  'unlearning.choice.block': 'Block it for now',
  'unlearning.choice.block.text':
    'Refused for every use as it is already; the decision can still be made later.',
  'unlearning.destroyOld': 'Destroy the old weights afterwards',
  'unlearning.destroyOld.hint': 'Otherwise they are kept in the vault, refused for every use.',
  'unlearning.confirm': 'Type the name of the model: {name}',
  'unlearning.do.retrain': 'Train again',
  'unlearning.do.resume': 'Go on training',
  'unlearning.do.destroy': 'Destroy',
  'unlearning.do.block': 'Block',
  'unlearning.exactness.weights':
    'Exact: the file is byte for byte that of a run that never saw them.',
  'unlearning.exactness.perShard': 'Exact for each shard: those without them stay byte for byte.',
  'unlearning.exactness.distribution':
    'They are absent. The noise of private training is never drawn twice, so there is no hash to compare.',
  'unlearning.cannot.destroyed': 'Its weights are destroyed.',
  'unlearning.cannot.superseded': 'Another model has taken its place.',
  'unlearning.cannot.nobodyLeft': 'Nobody it learned from has left.',
  'unlearning.cannot.dataGone': 'The snapshot it learned from is gone.',
  'unlearning.cannot.baseStale': 'Decide first about the model it was built on.',
  'unlearning.cannot.baseGone': 'What it was built on is gone.',
  'unlearning.backups':
    'Backups made before keep a copy of the old weights until they are replaced.',
  'unlearning.successor': 'Its place was taken by “{name}”.',
  'unlearning.predecessor': 'It took the place of “{name}”, without the people who left.',
  'unlearning.certificate.retrained': 'Certificate: trained again',
  'unlearning.certificate.destroyed': 'Certificate: destroyed',
  'unlearning.certificate.text': 'Hashes and numbers alone: it names nobody.',
  'unlearning.certificate.before': 'Old weights',
  'unlearning.certificate.after': 'New weights',
  'unlearning.certificate.recipe': 'Recipe',
  'unlearning.certificate.runs': 'Runs',
  'unlearning.certificate.people': 'People',
  'unlearning.certificate.documents': 'Documents',
  'unlearning.certificate.beforeAfter': '{before}, now {after}',
  'unlearning.certificate.shards': 'Shards trained again',
  'unlearning.certificate.ofShards': '{count} of {total}',
  'unlearning.certificate.files': 'Files destroyed',
  'unlearning.certificate.scan': 'Search',
  'unlearning.certificate.hits': {
    one: '{count} hit for {needles} traces in {bytes}',
    other: '{count} hits for {needles} traces in {bytes}',
  },
  'unlearning.certificate.leaf': 'Audit leaf',
  'unlearning.certificate.hash': 'Certificate',
  'unlearning.note.chosenBySweep': 'The recipe was chosen by a search that had seen them.',
  'unlearning.note.timeBudget':
    'The number of epochs was decided anew by the clock of this machine.',
  'unlearning.note.privateNoise': 'Private training: no two runs have the same hash.',
  'unlearning.note.splitsKept':
    'It is not known how the data was split, so everybody stayed where they were.',
  'unlearning.note.builtOnSuccessor': 'It was built on the successor of its former base.',
  'recipe.field.shards': 'Shards of people',
  'recipe.hint.shards':
    '2 to 8 models that answer together; who leaves is unlearned by training one of them again. Fewer people each cost accuracy',
  'recipe.issue.at.shards':
    'Not with a test at the end or privacy: the shards answer only together',
  'job.procedure.unlearning.retrain': 'Training without those who left',
  'job.procedure.unlearning.destroy': 'Destroying a model',
  'job.stage.deleting': 'Deleting',
  'job.stage.compacting': 'Rebuilding the database',
  'job.stage.rekeying': 'Changing the key',
  'job.stage.proving': 'Searching the bytes',
} as const;
