"""A portal's day by the client that openapi-python-client makes of openapi.json.

    call.py URL TOKEN OFFICER_TOKEN

Each line that is printed was answered by the daemon.
"""
import io
import sys

from tenggat import AuthenticatedClient
from tenggat.api.default import (event_list, file_create, file_show, permit_action, permit_claim, permit_create,
                                 permit_list, permit_show, permit_timeline, permit_why, sop_show, task_list)
from tenggat.models import (Action, Claim, NewDocument, Permit, PermitListState, Problem, Submission,
                            SubmissionApplicant)
from tenggat.types import File


def main():
    url, token, officer_token = sys.argv[1:4]
    client = AuthenticatedClient(base_url=f'{url}/api/v1', token=token)
    officer = AuthenticatedClient(base_url=f'{url}/api/v1', token=officer_token)

    stored = file_create.sync(client=client, body=File(payload=io.BytesIO(b'%PDF-1.7\n%%EOF\n')))
    print('stored', stored.size)
    sop = sop_show.sync('paud', client=client)
    print('sop', sop.id, len(sop.steps))

    submission = Submission(sop='paud', subject='PAUD Anggrek', applicant=SubmissionApplicant(name='Tono'),
                            documents=[NewDocument(kind='persyaratan_izin_paud', uri=stored.uri)], external_id='py-1')
    permit = permit_create.sync(client=client, body=submission, idempotency_key='py-1')
    assert isinstance(permit, Permit), permit
    print('submitted', permit.state.value, permit.visits[0].step)
    again = permit_create.sync(client=client, body=submission, idempotency_key='py-1')
    print('repeated', again.id == permit.id)

    shown = permit_show.sync(permit.number, client=client)
    print('shown', shown.id == permit.id, shown.applicant.name)
    page = permit_list.sync(client=client, state=PermitListState.ACTIVE, q='Anggrek', limit=5)
    print('found', [one.id for one in page.items] == [permit.id])
    tasks = task_list.sync(client=officer)
    print('task', any(one.id == permit.id for one in tasks.items))

    claimed = permit_claim.sync(permit.id, client=officer, body=Claim(step='verifikasi'))
    print('claimed', claimed.visits[0].assignee)
    acted = permit_action.sync(permit.id, client=officer, body=Action(action='accept', step='verifikasi'))
    print('acted', acted.step, acted.case_sla.due_at is not None)
    refused = permit_action.sync(permit.id, client=officer, body=Action(action='accept', step='verifikasi'))
    assert isinstance(refused, Problem), refused
    print('refused', refused.status, refused.type_)

    timeline = permit_timeline.sync(permit.id, client=officer)
    print('timeline', len(timeline.events) > 0, len(timeline.visits))
    why = permit_why.sync(permit.id, client=officer)
    print('why', len(why.rungs) > 0)
    events = event_list.sync(client=client, limit=10)
    print('followed', isinstance(events.more, bool))
    sent = file_show.sync_detailed(stored.sha256, client=client)
    print('file', sent.status_code.value)


if __name__ == '__main__':
    main()
