import Kitsu from 'kitsu';
import { expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';

// Tests the API with kitsu, a client for JSON:API, in its usual configuration. The type `team` differs from the path.

const service = useService();

function kitsuOf({ token }: Client, headers: Readonly<Record<string, string>> = {}) {
  return new Kitsu({
    baseURL: `${service.api}/api/v1`,
    pluralize: false,
    camelCaseTypes: false,
    resourceCase: 'none',
    headers: { Authorization: `Bearer ${token}`, ...headers },
  });
}

test('kitsu creates, reads, lists, changes, moves and deletes a team', async () => {
  const { owner } = await service.organization('Acme');
  const api = kitsuOf(owner);

  const { data: top } = await api.get('teams', { params: { filter: { name: 'eq:Acme' } } });
  expect(top).toMatchObject([{ type: 'team', name: 'Acme', parent_team_id: null }]);

  const above = await api.request({ method: 'POST', url: 'teams', type: 'team', body: { name: 'Operations' } });
  expect(above).toMatchObject({ status: 201, data: { name: 'Operations', parent_team_id: top[0].id } });
  const made = await api.request({
    method: 'POST',
    url: 'teams',
    type: 'team',
    body: { name: 'Night shift', parent_team: { data: { type: 'team', id: above.data.id } } },
  });
  expect(made).toMatchObject({ status: 201, data: { type: 'team', parent_team_id: above.data.id } });
  const { id } = made.data;

  const read = await api.get(`teams/${id}`, { params: { include: 'parent_team,team_memberships' } });
  expect(read.data).toMatchObject({
    id,
    name: 'Night shift',
    meta: { permissions: { actions: { edit: true, delete: true } } },
    parent_team: { data: { id: above.data.id, name: 'Operations' } },
    team_memberships: { data: [{ type: 'team_membership', role: 'owner', team_id: id }] },
  });
  const sparse = await api.get(`teams/${id}`, { params: { fields: { team: 'name' } } });
  expect(sparse.data.name).toBe('Night shift');
  expect(sparse.data).not.toHaveProperty('account_id');

  const list = await api.get('teams', {
    params: { sort: '-name', filter: { parent_team_id_present: 1 }, page: { number: 1, size: 1 } },
  });
  expect(list.data).toMatchObject([{ name: 'Operations' }]);
  expect(list.meta).toEqual({ total: 2 });
  const next = await api.request({ method: 'GET', url: list.links.next, type: 'team' });
  expect(next.data).toMatchObject([{ name: 'Night shift' }]);
  expect(next.links.next).toBeNull();

  const patched = await api.request({
    method: 'PATCH',
    url: `teams/${id}`,
    type: 'team',
    body: { id, name: 'Day shift' },
  });
  expect(patched).toMatchObject({ status: 200, data: { name: 'Day shift', parent_team_id: above.data.id } });
  const put = await api.request({
    method: 'PUT',
    url: `teams/${id}`,
    type: 'team',
    body: { id, name: 'Late shift', parent_team: { data: { type: 'team', id: top[0].id } } },
  });
  expect(put).toMatchObject({ status: 200, data: { name: 'Late shift', parent_team_id: top[0].id } });
  // All attributes are sent back as they were read.
  const { links: _links, relationships: _relationships, meta: _meta, ...attributes } = put.data;
  const again = await api.request({ method: 'PATCH', url: `teams/${id}`, type: 'team', body: attributes });
  expect(again.data).toEqual(put.data);

  // Kitsu sends a body of the type `teams`.
  const deleted = await api.delete('teams', id);
  expect(deleted).toMatchObject({ status: 200, data: { id, name: 'Late shift' } });
  expect(deleted.data.discarded_at).toMatch(/^\d{4}-/);
  await expect(api.get(`teams/${id}`)).rejects.toMatchObject({
    errors: [{ status: '404', code: 'team_not_found', detail: 'There is no such team.' }],
  });
  const removed = await api.get('teams', { params: { filter: { discarded_at_present: 1 } } });
  expect(removed.data).toMatchObject([{ id, discarded_at: deleted.data.discarded_at }]);
});

test('kitsu shows errors in the requested language', async () => {
  const { owner } = await service.organization('Acme');
  const create = (headers: Readonly<Record<string, string>>, body: object) =>
    kitsuOf(owner, headers).request({ method: 'POST', url: 'teams', type: 'team', body });
  await expect(create({ 'Accept-Language': 'de' }, { name: 'acme' })).rejects.toMatchObject({
    errors: [
      {
        status: '422',
        code: 'team_name_taken',
        title: 'Unprocessable Entity',
        detail: 'Name ist bereits vergeben',
        source: { pointer: '/data/attributes/name' },
        meta: { attribute: 'name', code: 'team_name_taken', message: 'ist bereits vergeben' },
      },
    ],
  });
  await expect(create({}, { name: '' })).rejects.toMatchObject({
    errors: [{ detail: "Name can't be blank", meta: { attribute: 'name', message: "can't be blank" } }],
  });
  const stranger = await service.person(newAddress('stranger'));
  await expect(kitsuOf(stranger).get('teams')).rejects.toMatchObject({ errors: [{ status: '400' }] });
  await expect(kitsuOf({ ...stranger, token: 'x' }).get('teams')).rejects.toMatchObject({
    errors: [{ status: '401' }],
  });
});
