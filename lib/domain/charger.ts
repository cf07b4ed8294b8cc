/** Whether a charger has ever connected, and whether it is connected now. */
export const CONNECTION_STATUSES = ['never_seen', 'offline', 'online'] as const;
export type ConnectionStatus = (typeof CONNECTION_STATUSES)[number];

/** The operational status of a charger. */
export const CHARGER_STATUSES = ['Available', 'Unavailable', 'Faulted'] as const;
export type ChargerStatus = (typeof CHARGER_STATUSES)[number];

/** The error codes of a charger: ChargePointErrorCode of OCPP 1.6. */
export const CHARGER_ERRORS = [
  'ConnectorLockFailure',
  'EVCommunicationError',
  'GroundFailure',
  'HighTemperature',
  'InternalError',
  'LocalListConflict',
  'NoError',
  'OtherError',
  'OverCurrentFailure',
  'OverVoltage',
  'PowerMeterFailure',
  'PowerSwitchFailure',
  'ReaderFailure',
  'ResetFailure',
  'UnderVoltage',
  'WeakSignal',
] as const;
export type ChargerError = (typeof CHARGER_ERRORS)[number];

/** A charger of a site. It belongs to the team that owns the site. Timestamps are ISO 8601 in UTC. */
export interface Charger {
  readonly id: string;
  /** Its numeric id, an integer below 2^53 that is unique in the deployment. */
  readonly number: number;
  readonly siteId: string;
  /** The identity that it reports itself: unique in an organization, case-insensitive. */
  readonly identity: string;
  /**
   * The organization in which the identity is reserved: the site's, or, for some time after a transfer, the site's
   * previous one. Undefined where the site was transferred to an organization that already had the identity.
   */
  readonly identityIn?: string;
  readonly reference?: string;
  readonly connectionStatus: ConnectionStatus;
  readonly status?: ChargerStatus;
  readonly error?: ChargerError;
  readonly errorInfo?: string;
  /** The user who created it. */
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The characters of an identity: OCPP 2.0.1's identifierString. */
export const IDENTITY = /^[a-z0-9*_=:+|@.-]+$/i;

/** Returns the form in which identities are compared: they are case-insensitive in OCPP. */
export function foldIdentity(identity: string): string {
  return identity.toLowerCase();
}
