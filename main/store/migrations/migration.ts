// One step of the schema. A migration is frozen once released: the runner keeps a hash of its text.
export interface SqlExecutor {
  exec(sql: string): void;
}

export interface Migration {
  /** Numbered in tens, as in the file's name: 10, 20, … */
  readonly id: number;
  readonly name: string;
  /**
   * Issues SQL text and reads nothing: the same text in the same order on every machine. The runner
   * relies on this to hash the text without running it. It wraps the whole in one transaction.
   */
  up(sql: SqlExecutor): void;
}
