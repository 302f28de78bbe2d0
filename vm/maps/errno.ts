/** Error numbers of include/uapi/asm-generic/errno*.h that maps and helpers return, negated there. */
export const errno = {
  EPERM: 1,
  ENOENT: 2,
  E2BIG: 7,
  EBADF: 9,
  ENOMEM: 12,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  EINVAL: 22,
  ENOSPC: 28,
  ENOTSUPP: 524,
} as const;

export type ErrnoName = keyof typeof errno;
