/** Error numbers of include/uapi/asm-generic/errno*.h that maps and helpers return, negated there. */
export const errno = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  E2BIG: 7,
  EBADF: 9,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  ENOSPC: 28,
  EDEADLK: 35,
  ERANGE: 34,
  EPROTO: 71,
  EBADMSG: 74,
  EOVERFLOW: 75,
  ESOCKTNOSUPPORT: 94,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
  ENETUNREACH: 101,
  EALREADY: 114,
  ENOTSUPP: 524,
} as const;

export type ErrnoName = keyof typeof errno;
