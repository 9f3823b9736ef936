#!/usr/bin/python3
"""A week of an office, and the messages it must send: who, when, by which channel, of which permits.

    week.py DIRECTORY short|full

writes DIRECTORY/plan.json (what happens, for the test to do) and DIRECTORY/expected.txt (what must
come of it), and prints what the rules save. Written from docs/reference.md and from
what a channel takes alone: it shares nothing with the daemon, neither code nor calendar. It goes
through the week minute by minute and asks of each whether somebody is to be told something. A week
in which one of its events changes nothing is refused.

All that happens does so on quarters of an hour, so that no decision falls into the same instant as
what it depends on: where it would all the same, this script refuses its own plan.
"""
import functools
import json
import math
import random
import sys
from datetime import date, datetime, timedelta

WEEK = date(2026, 6, 8)  # a Monday
MONTHS_OFF = {date(2026, 6, 1), date(2026, 6, 16)}  # as decreed, near this week
DECREE = date(2026, 6, 11)  # a Thursday, made a day off on the Wednesday
M = timedelta(minutes=1)
WAIT, INTERVAL, CAP = 2 * M, 10 * M, 8
A_SECOND = 40  # the applicants' share of one decree: half of what Meta takes

CHANNEL = {"fo": "whatsapp", "fo2": "email", "bo": "email", "dt": "whatsapp", "kdt": "whatsapp",
           "kb": "email", "s": "whatsapp", "kd": "whatsapp"}
ROLE = {"fo": "front_office", "fo2": "front_office", "bo": "back_office", "dt": "dinas_teknis",
        "kdt": "kepala_dinas_teknis", "kb": "kabid_perizinan", "s": "sekretaris",
        "kd": "kepala_dinas"}
CHAIN = {"front_office": ["kabid_perizinan", "sekretaris", "kepala_dinas"],
         "back_office": ["kabid_perizinan", "sekretaris", "kepala_dinas"],
         "dinas_teknis": ["kepala_dinas_teknis", "kepala_dinas"],
         "kabid_perizinan": ["sekretaris", "kepala_dinas"], "sekretaris": ["kepala_dinas"],
         "kepala_dinas_teknis": ["kepala_dinas"], "kepala_dinas": []}
COPY = {"dinas_teknis": "kabid_perizinan"}
LEAVE = {"kb": (date(2026, 6, 8), date(2026, 6, 12)), "fo2": (date(2026, 6, 9), date(2026, 6, 9)),
         "s": (date(2026, 6, 12), date(2026, 6, 15))}
# Plh.: of, by, from, to, entered. The second begins when the secretary has been asked already.
DEPUTIES = [("kb", "fo2", date(2026, 6, 10), date(2026, 6, 12), datetime(2026, 6, 9, 16, 45)),
            ("s", "bo", date(2026, 6, 12), date(2026, 6, 14), datetime(2026, 6, 11, 16, 45))]
SILENCE = ("s", datetime(2026, 6, 9, 9, 45), datetime(2026, 6, 9, 14, 57))
DOWN = (datetime(2026, 6, 11, 18), datetime(2026, 6, 12, 18))  # WhatsApp
# What must all have had a part in who was told what, and when.
HAPPENS = ("a leave", "a deputy in mid-escalation", "an acknowledged rung", "a silence",
           "a week-end", "a decree", "WhatsApp down")
STEPS = {"verifikasi": ("front_office", (0, 10)), "penerimaan": ("back_office", (0, 10)),
         "kajian_teknis": ("dinas_teknis", (4, 0)), "penyusunan_sk": ("back_office", (0, 10))}


# --- working time --------------------------------------------------------------------------------

class Hours:
    def __init__(self, off):
        self.off = off

    def of(self, day):
        if day.weekday() > 4 or day in self.off:
            return []
        pairs = [(7.5, 11.5), (13, 16.5)] if day.weekday() == 4 else [(7.5, 12), (13, 16)]
        base = datetime(day.year, day.month, day.day)
        return [(base + timedelta(hours=a), base + timedelta(hours=b)) for a, b in pairs]

    def working(self, t):
        return any(a <= t < b for a, b in self.of(t.date()))

    def next_working(self, t):
        day = t.date()
        while True:
            for a, b in self.of(day):
                if t < b:
                    return max(a, t)
            day += timedelta(days=1)

    def worked(self, a, b):
        if b < a:
            return -self.worked(b, a)
        total, day = timedelta(), a.date()
        while day <= b.date():
            for x, y in self.of(day):
                total += max(min(y, b) - max(x, a), timedelta())
            day += timedelta(days=1)
        return total

    def after(self, t, span):
        """The earliest instant by which `span` has been worked since t."""
        if not span:
            return t
        day = t.date()
        while True:
            for x, y in self.of(day):
                x = max(x, t)
                if y > x:
                    if span <= y - x:
                        return x + span
                    span -= y - x
            day += timedelta(days=1)

    def deadline(self, t, budget):
        days, minutes = budget
        if days:
            s = self.next_working(t)
            opening = self.of(s.date())[0][0]
            before = self.worked(opening, s)
            if not before:
                days -= 1
            day = s.date()
            while days:
                day += timedelta(days=1)
                days -= bool(self.of(day))
            spans = self.of(day)
            whole = sum((b - a for a, b in spans), timedelta())
            t = spans[-1][1] if not before else self.after(spans[0][0], min(before, whole))
        return self.after(t, minutes * M)


# --- the office ----------------------------------------------------------------------------------

class Visit:
    def __init__(self, permit, step, opened):
        self.permit, self.step, self.opened = permit, step, opened
        self.closed = None
        self.pauses = []  # [from, to or None]
        self.raised = set()
        self.quiet_until = None  # acknowledged
        self.acknowledged = 0
        self.escalated_to = set()
        self.role, self.budget = STEPS[step]

    def open(self):
        return self.closed is None

    def paused(self):
        return bool(self.pauses) and self.pauses[-1][1] is None

    def due(self, hours):
        due = hours.deadline(self.opened, self.budget)
        for start, end in self.pauses:
            if start >= due:
                continue
            if end is None:
                return None
            due = hours.after(end, hours.worked(start, due))
        return due

    def share(self, hours, percent):
        whole = hours.worked(self.opened, hours.deadline(self.opened, self.budget))
        left = timedelta(seconds=math.ceil(whole.total_seconds() * percent / 100))
        t = self.opened
        for start, end in self.pauses:
            here = hours.worked(t, start)
            if left <= here:
                return hours.after(t, left)
            left -= here
            if end is None:
                return None
            t = end
        return hours.after(t, left)

    def rungs(self, hours):
        """(rung, k, instant, [(whom, audience)]); superiors as roles."""
        due = self.due(hours)
        chain, copy = CHAIN[self.role], COPY.get(self.role)
        above = lambda n: [(chain[min(n, len(chain)) - 1], "superior")] + \
            ([(copy, "superior")] if copy else [])
        holder = [("holder", "own")]
        if self.budget[0]:
            for percent in (50, 80):
                yield f"{percent}%", 1, self.share(hours, percent), holder
            yield "due", 1, due, holder + above(1)
        else:
            yield "due", 1, due, holder
            yield "+1h", 1, due and hours.deadline(due, (0, 60)), above(1)
        for k in range(1, 6):
            yield "+1d", k, due and hours.deadline(due, (k, 0)), above(2)


class Permit:
    def __init__(self, index):
        self.index, self.visits = index, []
        self.case_opened, self.promised, self.case_raised = None, None, set()
        self.told_of_promise = None
        self.channel = "whatsapp" if index % 2 else "email"

    def current(self):
        return self.visits[-1] if self.visits and self.visits[-1].open() else None

    def case_rungs(self, hours):
        due = hours.deadline(self.case_opened, (5, 0))
        whole = hours.worked(self.case_opened, due)
        yield "80%", hours.after(self.case_opened, timedelta(
            seconds=math.ceil(whole.total_seconds() * .8))), "kabid_perizinan"
        yield "due", due, "kabid_perizinan"
        yield "+1d", hours.deadline(due, (1, 0)), "kepala_dinas"


class Notice:
    def __init__(self, permit, visit, to, audience, raised, ready):
        self.permit, self.visit, self.to, self.audience = permit, visit, to, audience
        self.raised, self.ready = raised, ready
        self.told, self.kind, self.k = set(), "", 1


class Office:
    def __init__(self):
        self.hours = Hours(set(MONTHS_OFF))
        self.permits, self.pending, self.applicants = [], [], []
        self.last, self.sent_at, self.stuck = {}, {}, {}
        self.messages = []
        self.outside, self.single = 0, 0
        self.met = dict.fromkeys(HAPPENS, 0)

    # who is told
    def present(self, officer, day):
        leave = LEAVE.get(officer)
        return not (leave and leave[0] <= day <= leave[1])

    @functools.lru_cache(maxsize=None)
    def on_duty(self, role, day):
        told = []
        for officer, own in ROLE.items():
            if own != role:
                continue
            deputies = [by for of, by, start, end, _ in DEPUTIES
                        if of == officer and start <= day <= end and self.present(by, day)]
            if deputies:
                told += deputies
            elif self.present(officer, day):
                told.append(officer)
        return told

    def recipients(self, notice, day):
        visit = notice.visit
        if notice.to == "holder":
            return self.resolve(visit.role, [], day)
        late = self.resolve(visit.role, [], day) if visit and notice.audience == "superior" else []
        return self.resolve(notice.to, late, day)

    def resolve(self, role, late, day):
        for level in [role] + CHAIN[role]:
            told = self.on_duty(level, day)
            if any(one not in late for one in told):
                return told
        return []

    # what time brings about
    def kept(self, of, key, make):
        """What `make` says, until the calendar or the pauses change."""
        key = (id(self.hours), *key)
        if getattr(of, "key", None) != key:
            of.key, of.made = key, list(make())
        return of.made

    def raise_rungs(self, now):
        for permit in self.permits:
            visit = permit.current()
            if visit and not visit.paused():
                for rung, k, at, whom in self.kept(visit, [len(visit.pauses)],
                                                   lambda: visit.rungs(self.hours)):
                    if at and at <= now and (rung, k) not in visit.raised:
                        visit.raised.add((rung, k))
                        for to, audience in whom:
                            self.add(permit, visit, to, audience, now, now + WAIT, rung, k)
                if visit.quiet_until and visit.quiet_until <= now and \
                        ("again", visit.acknowledged) not in visit.raised:
                    visit.raised.add(("again", visit.acknowledged))
                    self.add(permit, visit, "holder", "own", now, now + WAIT, "again", 1)
            if permit.case_opened:
                for rung, at, to in self.kept(permit, [], lambda: permit.case_rungs(self.hours)):
                    if at <= now and rung not in permit.case_raised:
                        permit.case_raised.add(rung)
                        self.add(permit, None, to, "superior", now, now + WAIT, rung, 1)
                        if rung == "due":  # counted a second later
                            self.tell(permit, at + timedelta(seconds=1))

    def add(self, permit, visit, to, audience, raised, ready, kind, k):
        notice = Notice(permit, visit, to, audience, raised, ready)
        notice.kind, notice.k = kind, k
        self.pending.append(notice)

    def tell(self, permit, at, only_while=None):
        self.applicants.append((at, permit, only_while))

    def holds(self, notice, now):
        visit = notice.visit
        if visit is None:
            return True
        if not visit.open():
            return False
        if notice.kind == "start":
            return True
        if notice.kind.startswith("+") and notice.k > 1 and visit.quiet_until and \
                notice.raised < visit.quiet_until:
            self.met["an acknowledged rung"] += 1
            return False
        return not visit.paused()

    def silent(self, officer, now):
        return officer == SILENCE[0] and SILENCE[1] <= now < SILENCE[2]

    # what leaves at this minute
    def leave(self, now):
        due = [one for one in self.applicants if one[0] <= now]
        self.applicants = [one for one in self.applicants if one[0] > now]
        for at, permit, only_while in due:
            if only_while is None or only_while.open():
                self.messages.append((at, "pemohon", permit.channel, {permit.index}))
        opening = [a for a, _ in self.hours.of(now.date())[:1]]
        closing = [b for _, b in self.hours.of(now.date())[-1:]]
        if now in closing:
            self.send("kd", now, set(), [])
        if not self.hours.working(now):
            return
        groups = self.groups(now)
        if now in opening:
            self.morning_list(now, groups)
            groups = self.groups(now)
        for officer, kinds in groups.items():
            leaving = [n for audience, notices in kinds.items()
                       if self.may_leave(officer, audience, notices, now) for n in notices]
            if leaving:
                if any(n.raised == now for n in leaving):
                    raise SystemExit(f"{now}: a rung is raised as a message to {officer} leaves")
                self.single += len(leaving)
                self.send(officer, now, {n.permit.index for n in leaving},
                          [n.visit for n in leaving if n.visit])
                for n in leaving:
                    self.told(n, officer, now)

    def told(self, notice, officer, now):
        notice.told.add(officer)
        if notice.to == "kabid_perizinan":
            self.met["a leave"] += officer == "s"  # the next superior
        if notice.visit and notice.audience == "superior":
            self.met["a deputy in mid-escalation"] += any(
                officer == by and of in notice.visit.escalated_to for of, by, *_ in DEPUTIES)
            notice.visit.escalated_to.add(officer)
        self.met["a week-end"] += notice.raised.date() < WEEK + timedelta(days=7) <= now.date()

    def groups(self, now):
        groups = {}
        keep = []
        for notice in self.pending:
            if not self.holds(notice, now):
                continue
            to = self.recipients(notice, now.date())
            if all(one in notice.told for one in to):
                continue
            keep.append(notice)
            for officer in to:
                hold = notice.ready if notice.kind == "start" else notice.raised
                self.met["a silence"] += self.silent(officer, now)
                if officer not in notice.told and not self.silent(officer, now) and hold <= now:
                    groups.setdefault(officer, {}).setdefault(notice.audience, []).append(notice)
        self.pending = keep
        return groups

    def may_leave(self, officer, audience, notices, now):
        if min(n.ready for n in notices) > now:
            return False
        last = self.last.get(officer)
        if audience == "own" and last and any(v.open() for v in last[1]) and \
                now < last[0] + INTERVAL:
            return False
        recent = self.sent_at.get(officer, [])[-CAP:]
        return len(recent) < CAP or now >= recent[0] + 60 * M

    def morning_list(self, now, groups):
        tasks = {}
        for permit in self.permits:
            visit = permit.current()
            if visit:
                for officer in self.resolve(visit.role, [], now.date()):
                    if not self.silent(officer, now):
                        tasks.setdefault(officer, []).append(visit)
        for officer, visits in tasks.items():
            waiting = [n for notices in groups.get(officer, {}).values() for n in notices
                       if n.ready <= now]
            self.single += len(waiting)
            for n in waiting:
                self.told(n, officer, now)
            self.send(officer, now, {v.permit.index for v in visits} |
                      {n.permit.index for n in waiting}, visits)

    def send(self, officer, now, permits, visits):
        if permits and CHANNEL[officer] == "whatsapp" and DOWN[0] <= now < DOWN[1]:
            # It stays, and says for the one before it what is still to be done.
            before = [v for v in self.stuck.get(officer, []) if v.open()]
            self.met["WhatsApp down"] += bool({v.permit.index for v in before} - permits)
            permits = permits | {v.permit.index for v in before}
            self.stuck[officer] = visits = visits + before
        self.messages.append((now, officer, CHANNEL[officer], permits))
        self.last[officer] = (now, visits)
        self.sent_at.setdefault(officer, []).append(now)

    # what people do
    def do(self, event, now):
        what = event["do"]
        if what == "decree":
            self.hours = Hours(MONTHS_OFF | {DECREE})
            for permit in self.permits:
                if permit.case_opened:
                    due = self.hours.deadline(permit.case_opened, (5, 0))
                    # Whoever has not been told the first date yet needs no correction.
                    if due != permit.promised and permit.told_of_promise <= now:
                        self.tell(permit, now + timedelta(seconds=self.met["a decree"] // A_SECOND))
                        self.met["a decree"] += 1
                    permit.promised = due
            return
        if what == "delegate":
            # In office hours, like any word to an officer; of no task, so that no interval follows.
            self.messages.append((self.hours.next_working(now + WAIT), event["by"],
                                  CHANNEL[event["by"]], set()))
        if what not in ("submit", "act", "pause", "resume", "acknowledge"):
            return
        if what == "submit":
            permit = Permit(event["permit"])
            self.permits.append(permit)
            self.tell(permit, now + WAIT)
            return self.enter(permit, "verifikasi", now)
        permit = self.permits[event["permit"]]
        visit = permit.current()
        if what == "pause":
            visit.pauses.append([now, None])
        elif what == "resume":
            visit.pauses[-1][1] = now
        elif what == "acknowledge":
            visit.acknowledged += 1
            visit.quiet_until = self.hours.deadline(now, (0, 240))
        elif event["action"] == "reject":
            visit.closed = now
            self.tell(permit, now + WAIT)
        else:
            visit.closed = now
            to = {"accept": "penerimaan", "forward": "kajian_teknis",
                  "recommend": "penyusunan_sk"}[event["action"]]
            opened = self.enter(permit, to, now)
            if event["action"] == "accept":
                permit.case_opened = now
                permit.promised = self.hours.deadline(now, (5, 0))
                permit.told_of_promise = now + WAIT
                self.tell(permit, now + WAIT)
            if to == "kajian_teknis":
                self.tell(permit, now + WAIT, opened)

    def enter(self, permit, step, now):
        visit = Visit(permit, step, now)
        permit.visits.append(visit)
        self.add(permit, visit, visit.role, "own", now, now + WAIT, "start", 1)
        return visit


# --- the week ------------------------------------------------------------------------------------

def at(day, hour, minute=0):
    return datetime(WEEK.year, WEEK.month, WEEK.day, hour, minute) + timedelta(days=day)


def plan(full):
    draw = random.Random(6)
    step = 15 if full else 60
    ordinary, crowd = (200, 300) if full else (24, 30)
    slots = lambda day: [at(day, 8) + n * step * M for n in range(8 * 60 // step)
                         if not (at(day, 11, 15) < at(day, 8) + n * step * M < at(day, 13, 10))
                         and at(day, 8) + n * step * M <= at(day, 15, 30)]
    submitted = []
    days = [0, 1, 2, 4]
    for n in range(ordinary):
        submitted.append(draw.choice(slots(draw.choice(days))))
    for n in range(crowd):
        submitted.append(draw.choice(slots(1)))
    submitted += [at(5, 21), at(6, 10)]  # over the week-end
    submitted.sort()
    events = []

    def do(when, **event):
        events.append({"at": when.isoformat(), **event})

    usable = [t for day in (0, 1, 2, 4) for t in slots(day)] + [at(7, 9), at(7, 10)]
    later = lambda t, low, high: next(
        (u for u in usable if u >= t + draw.randint(low, high) * step * M), None)
    review = 0
    for permit, t in enumerate(submitted):
        do(t, do="submit", permit=permit)
        fate = draw.random()
        accepted = later(t, 1, 1 if fate < .5 else 6)
        if fate > .93 or accepted is None:
            continue  # left lying at the counter
        if fate > .88:
            do(accepted, do="act", permit=permit, who="fo", step="verifikasi", action="reject")
            continue
        do(accepted, do="act", permit=permit, who="fo", step="verifikasi", action="accept")
        forwarded = later(accepted, 1, 5)
        if fate > .82 or forwarded is None:
            continue
        do(forwarded, do="act", permit=permit, who="bo", step="penerimaan", action="forward")
        if forwarded >= at(1, 15):
            continue
        review += 1
        if review % 7 == 0:
            do(at(1, 15, 30), do="pause", permit=permit, who="dt", step="kajian_teknis")
            do(at(2, 9), do="resume", permit=permit, who="dt", step="kajian_teknis")
        elif review % 3 == 0:
            do(at(4, 10), do="act", permit=permit, who="dt", step="kajian_teknis",
               action="recommend")
    do(at(1, 9, 45), do="silence")
    for of, by, start, end, entered in DEPUTIES:
        do(entered, do="delegate", of=of, by=by, start=start.isoformat(), end=end.isoformat())
    do(at(2, 14, 15), do="decree")
    do(DOWN[0], do="whatsapp_down")
    do(DOWN[1], do="whatsapp_up")
    # Somebody explains a delay that has been escalated: the first that lies at the counter and is
    # to be escalated again that morning.
    lying = [n for n, t in enumerate(submitted) if at(0, 8, 45) <= t < at(0, 12) and not any(
        e["do"] == "act" and e["permit"] == n for e in events)][:1]
    for permit in lying:
        do(at(2, 8, 30), do="acknowledge", permit=permit, who="fo", step="verifikasi")
    events.sort(key=lambda event: event["at"])
    return events, at(7, 12)


def main():
    directory, form = sys.argv[1:]
    events, end = plan(form == "full")
    office = Office()
    waiting = list(events)
    now = at(0, 7)
    outside = 0
    while now <= end:
        before = set(map(id, office.pending))
        office.raise_rungs(now)
        office.leave(now)
        while waiting and datetime.fromisoformat(waiting[0]["at"]) == now:
            office.do(waiting.pop(0), now)
        # At once, and ready for it: the applicants of a decree.
        due = [one for one in office.applicants if one[0] <= now]
        if due:
            office.leave(now)
        for notice in office.pending:
            if id(notice) not in before and not office.hours.working(notice.ready):
                outside += len(office.recipients(notice, now.date()))
        now += M
    idle = [what for what, times in office.met.items() if not times]
    if idle:
        raise SystemExit("nothing in this week depends on " + ", ".join(idle))
    lines = sorted("{} {} {} {}".format(t.isoformat(), who, channel,
                                        ",".join(str(p) for p in sorted(permits)))
                   for t, who, channel, permits in office.messages)
    json.dump({"start": at(0, 7).isoformat(), "end": end.isoformat(), "cap": CAP,
               "permits": len(office.permits), "decree": DECREE.isoformat(), "events": events,
               "leaves": [{"officer": who, "start": start.isoformat(), "end": end.isoformat()}
                          for who, (start, end) in LEAVE.items()]},
              open(directory + "/plan.json", "w"))
    open(directory + "/expected.txt", "w").write("\n".join(lines) + "\n")
    officers = [one for one in office.messages if one[1] != "pemohon"]
    print(f"{len(office.permits)} permits, {len(lines)} messages, {len(officers)} of them to officers;"
          f" without the hours {outside} would have left outside them; the grouping saved"
          f" {office.single - sum(1 for one in officers if one[3])} single messages")


if __name__ == "__main__":
    main()
