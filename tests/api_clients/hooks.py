"""What schemathesis does not know by itself of this API."""
import datetime
import re
import uuid

import schemathesis
from hypothesis import strategies

# `pattern` says which years are taken; looked for among all there are, they would be too few.
FIRST, LAST = datetime.datetime(1970, 1, 2), datetime.datetime(2999, 12, 30, 23, 59, 59)
schemathesis.openapi.format('date', strategies.dates(FIRST.date(), LAST.date()).map(str))
schemathesis.openapi.format('date-time', strategies.builds(
    '{}{}'.format, strategies.datetimes(FIRST, LAST).map(datetime.datetime.isoformat),
    strategies.sampled_from(['Z', 'z', '+08:00', '-03:30'])))


@schemathesis.serializer('message/rfc822')
def mail(ctx, value):
    return value.encode('utf-8', 'surrogatepass') if isinstance(value, str) else str(value).encode()


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """A key of its own for each request that has a good one: else all but the first are refused as its reuse."""
    tried = getattr(getattr(case.meta, 'phase', None), 'data', None)
    if str(getattr(tried, 'description', '')).startswith('Missing'):
        return  # with a header less, which a change of the others would bring back
    for name, value in list((case.headers or {}).items()):
        if name.lower() == 'idempotency-key' and re.fullmatch('[!-~]{1,255}', str(value)):
            case.headers[name] = uuid.uuid4().hex
