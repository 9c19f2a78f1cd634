// Compares the hand-written types with those that openapi-typescript makes from api/openapi.yaml. It is compiled, not run: a difference
// is a compile error in the line of its type. The service's open lists of codes are strings in the client, because new ones may be added.

import type { components, operations } from "../../.generated/api.js";
import type {
  Account, ApiKey, AuditEvent, AuditFilter, Credentials, EmailChange, FieldProblem, Health, IssuedKey, Login, NewApiKey, NewUser, PasswordChange, PasswordJudgement, PasswordPolicy,
  Device, DeviceLogin, ProvenEmail, Readiness, RefreshedToken, RefreshRequest, Session, User, UserChanges, VerifiedSession, VerifiedToken,
} from "../../src/index.js";

type Schemas = components["schemas"];
type Body<Operation extends keyof operations, Status extends number = 200> =
  operations[Operation] extends { responses: Record<Status, { content: { "application/json": infer Content } }> } ? Content : never;
type Sent<Operation extends keyof operations> =
  operations[Operation] extends { requestBody?: { content: { "application/json": infer Content } } } ? Content : never;

/** The same members with the same types, at every depth; whether a member is read-only does not matter. */
type Plain<Value> = Value extends object ? { -readonly [Key in keyof Value]: Plain<Value[Key]> } : Value;
type Same<One, Other> =
  (<Probe>() => Probe extends Plain<One> ? 1 : 2) extends (<Probe>() => Probe extends Plain<Other> ? 1 : 2) ? true : false;
type Texts<Value, Keys extends PropertyKey> = { [Key in keyof Value]: Key extends Keys ? string : Value[Key] };
type Holds<Comparison extends true> = Comparison;

export type Comparisons = [
  Holds<Same<User, Schemas["User"]>>,
  Holds<Same<NewUser, Schemas["NewUser"]>>,
  Holds<Same<UserChanges, Omit<Schemas["UserChanges"], "id" | "created_at" | "updated_at">>>,
  Holds<Same<Account, Schemas["Account"]>>,
  Holds<Same<Credentials, Schemas["Credentials"]>>,
  Holds<Same<Login, Schemas["Login"]>>,
  Holds<Same<Omit<DeviceLogin, "deviceToken">, Body<"logIn">>>,
  Holds<Same<RefreshRequest, Sent<"refreshToken">>>,
  Holds<Same<RefreshedToken, Body<"refreshToken">>>,
  Holds<Same<VerifiedSession, Schemas["VerifiedSession"]>>,
  Holds<Same<VerifiedToken, Schemas["VerifiedToken"]>>,
  Holds<Same<Session, Schemas["Session"]>>,
  Holds<Same<Device, Schemas["Device"]>>,
  Holds<Same<ApiKey, Schemas["ApiKey"]>>,
  Holds<Same<NewApiKey, Schemas["NewApiKey"]>>,
  Holds<Same<IssuedKey, Schemas["IssuedApiKey"]>>,
  Holds<Same<{ graceSeconds?: number }, Sent<"rotateApiKey">>>,
  Holds<Same<FieldProblem, Texts<NonNullable<Schemas["Error"]["details"]>[number], "code">>>,
  Holds<Same<PasswordPolicy, Body<"getPasswordPolicy">>>,
  Holds<Same<PasswordJudgement, Texts<Body<"checkPassword">, "code">>>,
  Holds<Same<Extract<Health, { status: "healthy" }>, Schemas["Healthy"]>>,
  Holds<Same<Extract<Health, { error: string }>, Texts<Schemas["Unhealthy"], "error">>>,
  Holds<Same<Extract<Readiness, { status: "ready" }>, Schemas["Ready"]>>,
  Holds<Same<Extract<Readiness, { reasons: string[] }>["status"], Schemas["NotReady"]["status"]>>,
  Holds<Same<Omit<AuditEvent, "details">, Omit<Body<"listEvents">["events"][number], "details">>>,
  Holds<Same<AuditFilter, Omit<NonNullable<operations["listEvents"]["parameters"]["query"]>, "limit" | "after">>>,
  Holds<Same<PasswordChange, Sent<"changePassword">>>,
  Holds<Same<Login, Body<"changePassword">>>,
  Holds<Same<EmailChange, Sent<"changeEmail">>>,
  Holds<Same<ProvenEmail, Omit<Body<"verifyEmail">, "message">>>,
  Holds<Same<ProvenEmail, Omit<Body<"confirmEmail">, "message">>>,
  Holds<Same<{ email: string }, Sent<"forgotPassword"> & Sent<"resendVerification">>>,
  Holds<Same<{ token: string; password: string }, Sent<"resetPassword">>>,
  Holds<Same<{ reason?: string }, Sent<"disableUser">>>,
  Holds<Same<{ password: string; email?: string }, Sent<"checkPassword">>>,
];

/** The comparison itself detects differences. */
export type Differences = [
  Holds<Same<Same<{ a: string }, { a: string | null }>, false>>,
  Holds<Same<Same<{ a: string }, { a?: string }>, false>>,
  Holds<Same<Same<{ a: { b: 1 } }, { a: { b: 2 } }>, false>>,
  Holds<Same<Same<{ a: 1 }, { a: 1; b: 1 }>, false>>,
  Holds<Same<{ readonly a: 1 }, { a: 1 }>>,
];
