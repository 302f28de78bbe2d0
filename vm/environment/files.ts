/** An open file or its inode, as programs of security modules get a pointer to it. */
export interface FileEnvironment {
  /** Of the struct file, inode or path that stands for it. */
  readonly address: bigint;
  readonly path: string | undefined;
  /** What the integrity subsystem measured, with the number of its algorithm (enum hash_algo). */
  readonly hash: Uint8Array | undefined;
  readonly hashAlgorithm: number;
}
