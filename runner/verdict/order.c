/* SPDX-License-Identifier: MIT */
#include "verdict/order.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void journal_order_refuse(struct journal_order *order, const char *format, ...)
{
    if (order->bad)
        return;
    order->bad = true;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(order->reason, sizeof order->reason, format, arguments);
    va_end(arguments);
}

static void refuse_sequence(struct journal_order *order, uint32_t sequence, uint64_t damaged)
{
    if (sequence > order->next)
        journal_order_refuse(order,
                             "gap: line %" PRIu32 " came where line %" PRIu64
                             " belongs; lines missing: %" PRIu64 ", damaged lines there: %" PRIu64,
                             sequence, order->next, sequence - order->next, damaged);
    else
        journal_order_refuse(order,
                             "repeat: line %" PRIu32 " came again where line %" PRIu64 " belongs",
                             sequence, order->next);
}

static void accept_enter(struct journal_order *order, const struct journal_event *event)
{
    (void)snprintf(order->call, sizeof order->call, "%s", event->subject);
}

static void accept_leave(struct journal_order *order, const struct journal_event *event)
{
    if (order->call[0] == '\0')
        journal_order_refuse(order, "line %" PRIu32 " leaves %s, and no call was entered",
                             event->sequence, event->subject);
    else if (strcmp(order->call, event->subject) != 0)
        journal_order_refuse(order, "line %" PRIu32 " leaves %s, and %s was entered",
                             event->sequence, event->subject, order->call);
    order->call[0] = '\0';
}

static void accept_check(struct journal_order *order, const struct journal_event *event)
{
    order->checks++;
    if (strcmp(journal_event_field(event, "result"), "broken") == 0)
        order->broken++;
}

static void accept_end(struct journal_order *order, const struct journal_event *event)
{
    uint64_t checks = strtoull(journal_event_field(event, "checks"), NULL, 10);
    uint64_t broken = strtoull(journal_event_field(event, "broken"), NULL, 10);
    if (checks != order->checks || broken != order->broken)
        journal_order_refuse(order,
                             "end counts %" PRIu64 " checks, %" PRIu64
                             " of them broken, and the journal holds %" PRIu64 " and %" PRIu64,
                             checks, broken, order->checks, order->broken);
    order->ended = true;
}

static void refuse_position(struct journal_order *order, const struct journal_event *event)
{
    if (order->ended)
        journal_order_refuse(order, "line %" PRIu32 " came after the end", event->sequence);
    else if (!order->begun && event->kind != JOURNAL_BEGIN)
        journal_order_refuse(order, "the first line is not begin");
    else if (order->begun && event->kind == JOURNAL_BEGIN)
        journal_order_refuse(order, "line %" PRIu32 " begins a second time", event->sequence);
    else if (order->has_fs && event->kind == JOURNAL_FS)
        journal_order_refuse(order, "line %" PRIu32 " names a file system a second time",
                             event->sequence);
    else if (order->call[0] != '\0' && event->kind != JOURNAL_LEAVE)
        journal_order_refuse(order, "line %" PRIu32 " came while %s was out", event->sequence,
                             order->call);
}

bool journal_order_accept(struct journal_order *order, const struct journal_event *event,
                          uint64_t damaged)
{
    if (order->bad)
        return false;
    if (event->sequence != order->next)
        refuse_sequence(order, event->sequence, damaged);
    refuse_position(order, event);
    if (order->bad)
        return false;
    switch (event->kind) {
    case JOURNAL_BEGIN:
        order->begun = true;
        break;
    case JOURNAL_FS:
        order->has_fs = true;
        break;
    case JOURNAL_ENTER:
        accept_enter(order, event);
        break;
    case JOURNAL_LEAVE:
        accept_leave(order, event);
        break;
    case JOURNAL_CHECK:
        accept_check(order, event);
        break;
    case JOURNAL_END:
        accept_end(order, event);
        break;
    case JOURNAL_NOTE:
        break;
    }
    order->next++;
    return !order->bad;
}
