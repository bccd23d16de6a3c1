/* What all our programs need. */
#ifndef NET_H
#define NET_H

#include <stddef.h>

/* A socket that listens on all addresses, or is bound there for SOCK_DGRAM. Ends the program where that fails. */
int bind_to(int type, const char *port);

/* A socket connected to the host. Says why and returns -1 where that fails. */
int connect_to(int type, const char *host, const char *port);

/* Sends all bytes, which one send() need not do. Returns -1 when the connection is broken. */
int send_all(int fd, const char *data, size_t length);

#endif
