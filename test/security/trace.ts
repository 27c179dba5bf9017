// Reading a system call trace: what must never stand in one.

/** Lines of a trace that reach for something else than a Unix socket, or open a port. */
export function forbiddenCalls(trace: string): readonly string[] {
  return (
    trace
      .split('\n')
      .filter((line) => /^\d+\s+(connect|bind|sendto|sendmsg|sendmmsg|listen)\(/.test(line))
      .filter((line) => !/sa_family=AF_(UNIX|NETLINK|UNSPEC)\b/.test(line))
      // A door for a second start of the same program, where descriptors are told by what they are.
      .filter((line) => !/\blisten\(\d+<UNIX/.test(line))
      // Traffic on a socket that is connected already, as between parent and child, names no address.
      .filter((line) => !/^\d+\s+send(to|msg|mmsg)\(/.test(line) || /sa_family=/.test(line))
  );
}

/** The same lines with calls that strace cut in two put together again, so that each shows its result. */
export function completed(trace: string): string {
  const open = new Map<string, string>();
  return trace
    .split('\n')
    .flatMap((line) => {
      const [, pid = ''] = /^(\d+)/.exec(line) ?? [];
      const cut = line.indexOf(' <unfinished ...>');
      if (cut >= 0) {
        open.set(pid, line.slice(0, cut));
        return [];
      }
      const [, rest] = /<\.\.\. \w+ resumed>(.*)$/.exec(line) ?? [];
      if (rest === undefined) return [line];
      const begun = open.get(pid) ?? line;
      open.delete(pid);
      return [begun + rest];
    })
    .concat([...open.values()])
    .join('\n');
}

/** Without what the kernel refused because there is no network to reach. */
export const reachedCalls = (trace: string): readonly string[] =>
  forbiddenCalls(completed(trace)).filter(
    (line) => !/= -1 E(NETUNREACH|ADDRNOTAVAIL)\b/.test(line),
  );
