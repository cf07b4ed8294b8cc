// Generated from the declarations by `npm run docs`.
import type { Resources } from './types.ts';

/** Each method: HTTP method, path, and what else it has (`muster.ts`). */
export const METHODS: { readonly [R in keyof Resources]: { readonly [M in keyof Resources[R]]: string } } = {
  accessTokens: {
    create: 'POST /v1/access-tokens body key',
    list: 'GET /v1/access-tokens pages',
    revoke: 'DELETE /v1/access-tokens/{id}',
  },
  access: {
    check: 'GET /v1/access/check query',
    explain: 'GET /v1/access pages',
  },
  auditLogs: {
    list: 'GET /v1/audit-logs pages',
  },
  health: {
    read: 'GET /v1/health',
  },
  integrations: {
    create: 'POST /v1/integrations body key',
    list: 'GET /v1/integrations pages',
    read: 'GET /v1/integrations/{id}',
    revoke: 'DELETE /v1/integrations/{id}',
    rotate: 'POST /v1/integrations/{id}/rotate body',
    update: 'PATCH /v1/integrations/{id} body',
  },
  invitations: {
    accept: 'POST /v1/invitations/accept body',
    block: 'POST /v1/invitations/block body',
    bulk: 'POST /v1/invitations/bulk body key',
    create: 'POST /v1/invitations body key',
    decline: 'POST /v1/invitations/decline body',
    list: 'GET /v1/invitations pages',
    read: 'GET /v1/invitations/{id}',
    resend: 'POST /v1/invitations/{id}/resend',
    revoke: 'DELETE /v1/invitations/{id}',
  },
  me: {
    acceptInvitation: 'POST /v1/me/invitations/{id}/accept',
    blockOrganization: 'PUT /v1/me/blocked-organizations/{organizationId}',
    declineInvitation: 'POST /v1/me/invitations/{id}/decline',
    erase: 'DELETE /v1/me',
    read: 'GET /v1/me',
    unblockOrganization: 'DELETE /v1/me/blocked-organizations/{organizationId}',
    update: 'PATCH /v1/me body',
  },
  members: {
    import: 'POST /v1/members body key',
    importBulk: 'POST /v1/members/bulk body key',
    list: 'GET /v1/members pages',
    read: 'GET /v1/members/{id}',
    remove: 'DELETE /v1/members/{id}',
    update: 'PATCH /v1/members/{id} body',
  },
  organizations: {
    acceptOwnership: 'POST /v1/organizations/{organizationId}/transfer-ownership/accept',
    create: 'POST /v1/organizations body key',
    declineOwnership: 'POST /v1/organizations/{organizationId}/transfer-ownership/decline',
    delete: 'DELETE /v1/organizations/{organizationId}',
    list: 'GET /v1/organizations pages',
    read: 'GET /v1/organizations/{organizationId}',
    transfer: 'POST /v1/organizations/{organizationId}/transfer-ownership body',
    update: 'PATCH /v1/organizations/{organizationId} body',
    withdrawOwnership: 'DELETE /v1/organizations/{organizationId}/transfer-ownership',
  },
  roles: {
    list: 'GET /v1/roles',
  },
  sessions: {
    create: 'POST /v1/organizations/{organizationId}/session body',
  },
  teams: {
    create: 'POST /v1/teams body key',
    delete: 'DELETE /v1/teams/{id}',
    list: 'GET /v1/teams pages',
    listMembers: 'GET /v1/teams/{id}/members pages',
    putMember: 'PUT /v1/teams/{id}/members/{memberId} body',
    read: 'GET /v1/teams/{id}',
    removeMember: 'DELETE /v1/teams/{id}/members/{memberId}',
    update: 'PATCH /v1/teams/{id} body',
  },
  webhooks: {
    create: 'POST /v1/webhooks body key',
    delete: 'DELETE /v1/webhooks/{id}',
    list: 'GET /v1/webhooks pages',
    listDeliveries: 'GET /v1/webhooks/{id}/deliveries pages',
    read: 'GET /v1/webhooks/{id}',
    resendDelivery: 'POST /v1/webhooks/{id}/deliveries/{delivery}/resend',
    rotateSecret: 'POST /v1/webhooks/{id}/rotate-secret',
    test: 'POST /v1/webhooks/{id}/test',
    update: 'PATCH /v1/webhooks/{id} body',
  },
};
