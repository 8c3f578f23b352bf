/* Many phones that talk: 50 packets of G.711 a second each, spread evenly over the 20 ms, and counting what comes back.
 *
 *   phones HOST PORT TARGET PHONES SECONDS    phone i is at PORT + 2 * i and talks to TARGET + 2 * i, or, with TARGET
 *                                             0, to the ports read from standard input; prints "sent received".
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static long long nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long hear(int fd) {
    char packet[2048];
    long packets = 0;
    while (recv(fd, packet, sizeof packet, MSG_DONTWAIT) > 0) packets++;
    return packets;
}

int main(int count, char **words) {
    if (count != 6) return 2;
    int phones = atoi(words[4]), target = atoi(words[3]);
    long ticks = atol(words[5]) * 50, sent = 0, received = 0;
    int *fd = calloc((size_t)phones, sizeof *fd);
    struct sockaddr_in there = {.sin_family = AF_INET}, local = there;
    inet_pton(AF_INET, words[1], &local.sin_addr);
    there.sin_addr = local.sin_addr;
    for (int i = 0; i < phones; i++) {
        int port = target + 2 * i;
        if (!target && scanf("%d", &port) != 1) return 1;
        local.sin_port = htons((uint16_t)(atoi(words[2]) + 2 * i));
        there.sin_port = htons((uint16_t)port);
        fd[i] = socket(AF_INET, SOCK_DGRAM, 0);
        if (bind(fd[i], (struct sockaddr *)&local, sizeof local)) return perror("bind"), 1;
        if (connect(fd[i], (struct sockaddr *)&there, sizeof there)) return perror("connect"), 1;
    }
    unsigned char packet[172] = {0x80, 8};
    for (int i = 12; i < 172; i++) packet[i] = (unsigned char)(0xD0 + (i * 7919 >> 3) % 12); /* a quiet room */
    long long start = nanoseconds();
    for (long tick = 0; tick < ticks; tick++)
        for (int i = 0; i < phones; i++) {
            long long due = start + tick * 20000000LL + i * 20000000LL / phones - nanoseconds();
            if (due > 50000) {
                struct timespec pause = {.tv_nsec = (long)due};
                nanosleep(&pause, NULL);
            }
            unsigned stamp = htonl((unsigned)tick * 160), source = htonl((unsigned)i + 1);
            packet[2] = (unsigned char)(tick >> 8);
            packet[3] = (unsigned char)tick;
            memcpy(packet + 4, &stamp, 4);
            memcpy(packet + 8, &source, 4);
            sent += send(fd[i], packet, sizeof packet, MSG_DONTWAIT) > 0;
            received += hear(fd[i]);
        }
    struct timespec rest = {.tv_nsec = 100000000};
    nanosleep(&rest, NULL);
    for (int i = 0; i < phones; i++) received += hear(fd[i]);
    printf("%ld %ld\n", sent, received);
    return 0;
}
