// Reading a system call trace: what must never stand in one.

/** Lines of a trace that reach for something else than a Unix socket, or open a port. */
export function forbiddenCalls(trace: string): readonly string[] {
  return (
    trace
      .split('\n')
      .filter((line) => /\b(connect|bind|sendto|sendmsg|sendmmsg|listen)\(/.test(line))
      .filter((line) => !/sa_family=AF_(UNIX|NETLINK|UNSPEC)\b/.test(line))
      // Traffic on a socket that is connected already, as between parent and child, names no address.
      .filter((line) => !/\b(sendto|sendmsg|sendmmsg)\(/.test(line) || /sa_family=/.test(line))
  );
}
