// The work of tests/bench/calendar as dayjs-business-time does it: a day has the weekly hours of
// Banjarbaru, without those of Ramadan, which it has no way to say, and the days off of both years.
// Prints nanoseconds of processor time a call: of the working minutes between two instants two
// years apart, and of the instant that many working minutes later.
//   node calendar_peer.cjs NODE_MODULES DATE_OFF…
'use strict';
const [modules, ...holidays] = process.argv.slice(2);
const dayjs = require(`${modules}/dayjs`);
dayjs.extend(require(`${modules}/dayjs-business-time`));

const ordinary = [{start: '07:30:00', end: '12:00:00'}, {start: '13:00:00', end: '16:00:00'}];
const friday = [{start: '07:30:00', end: '11:30:00'}, {start: '13:00:00', end: '16:30:00'}];
dayjs.setBusinessTime({
  sunday: null, monday: ordinary, tuesday: ordinary, wednesday: ordinary, thursday: ordinary, friday,
  saturday: null,
});
dayjs.setHolidays(holidays);

const from = dayjs('2026-01-05 08:00:00'), to = dayjs('2027-12-29 15:00:00');
const minutes = from.businessMinutesDiff(to);

function nanoseconds(call) {
  const rounds = 4;
  let best = Infinity;
  for (let repeat = 0; repeat < 2; ++repeat) {
    const began = process.cpuUsage();
    for (let i = 0; i < rounds; ++i) call(from.add(i, 'second'));
    const {user, system} = process.cpuUsage(began);
    best = Math.min(best, (user + system) * 1000 / rounds);
  }
  return Math.round(best);
}
const worked = nanoseconds((start) => start.businessMinutesDiff(to));
const deadline = nanoseconds((start) => start.addBusinessMinutes(minutes));
console.log(`${worked} ${deadline}`);
