import type { Settings } from "./operations/account";

type UsernamePolicy = Settings["usernamePolicy"];

const profileLabels: Record<string, string> = {
  name: "Full name",
  avatar: "Picture address",
  givenName: "Given name",
  middleName: "Middle name",
  familyName: "Family name",
  nickname: "Nickname",
  preferredUsername: "Preferred short name",
  profile: "Profile page",
  website: "Website",
  gender: "Gender",
  birthdate: "Date of birth",
  zoneinfo: "Time zone",
  locale: "Language and region",
  "address.formatted": "Whole address",
  "address.streetAddress": "Street",
  "address.postalCode": "Postal code",
  "address.locality": "City",
  "address.region": "Region",
  "address.country": "Country",
};

const profileHints: Record<string, string> = {
  birthdate: "Such as 1990-05-17.",
  zoneinfo: "Such as Europe/Paris.",
  locale: "Such as en-GB.",
  profile: "An address that begins with https://.",
  website: "An address that begins with https://.",
  "address.formatted": "As on an envelope.",
};

const failures: Record<string, string> = {
  UNAUTHENTICATED: "You are signed out. Sign in again.",
  ACCOUNT_SUSPENDED: "This account is suspended.",
  ACCOUNT_NOT_FOUND: "This account no longer exists.",
  UPSTREAM_UNAVAILABLE: "The account service can’t be reached right now. Try again later.",
  UPSTREAM_TIMEOUT: "The account service took too long to answer.",
  UPSTREAM_MISCONFIGURED: "The account service isn’t set up correctly. Only its operator can fix this.",
  RATE_LIMITED: "There were too many requests.",
  OPERATION_TIMEOUT: "This took longer than is allowed.",
  NETWORK: "No answer came. Check your connection.",
  SIGN_IN_FAILED: "The sign-in didn’t work. Allow this page to open a window for it, and try again.",
};

const factorNames: Record<string, string> = {
  TotpVerification: "Authenticator app",
  WebAuthnVerification: "Passkey",
  BackupCodeVerification: "Backup codes",
};

const stepUpMethods: Record<string, string> = {
  PASSWORD: "Use your password",
  EMAIL_CODE: "Get a code by email",
  PHONE_CODE: "Get a code by text message",
  FRESH_SIGN_IN: "Sign in again",
};

function plural(count: number, one: string, many: string): string {
  return count === 1 ? `1 ${one}` : `${count} ${many}`;
}

function duration(seconds: number): string {
  return seconds < 90 ? plural(seconds, "second", "seconds") : plural(Math.ceil(seconds / 60), "minute", "minutes");
}

/** Every word that the page says by itself. The server's messages are shown as they come. */
export const texts = {
  /** For dates. */
  language: "en",
  title: "My account",
  loading: "Loading…",
  noConfig: "This page isn’t set up: its config.json can’t be read.",
  signOut: "Sign out",
  notSet: "Not set",
  isSet: "Set",
  unavailable: "This can’t be loaded right now.",
  broken: "Something went wrong on this page",
  more: (count: number) => `${count} more`,
  changed: (what: string) => `${what} changed.`,
  removed: (what: string) => `${what} removed.`,
  notRemovable: (reason: string | null) =>
    reason === "LAST_SIGN_IN_METHOD"
      ? "It can’t be removed: nothing else would be left to sign in with."
      : "It can’t be removed here.",
  retryAfter: (seconds: number) => `Try again in ${duration(seconds)}.`,
  attemptsRemaining: (count: number) => `${plural(count, "try", "tries")} left.`,
  unread: "This is incomplete, or doesn’t exist.",
  outcomeUnknown: "The change may or may not have been made. Reload the account and look before you try again.",
  failure: (code: string, requiredScope?: string) =>
    code === "FORBIDDEN"
      ? `This page isn’t allowed to do that: its sign-in lacks the scope ${requiredScope ?? ""}.`
      : (failures[code] ?? `Something went wrong (${code}).`),

  actions: {
    save: "Save",
    cancel: "Cancel",
    close: "Close",
    continue: "Continue",
    remove: "Remove",
    reload: "Reload the account",
    reloadPage: "Reload the page",
    copy: "Copy",
    copied: "Copied.",
    copyFailed: "It couldn’t be copied. Select it and copy it by hand.",
    show: "Show",
    hide: "Hide",
    working: "Working…",
    change: "Change",
    add: "Add",
    removeThe: (what: string) => `Remove ${what}`,
  },

  signIn: {
    signIn: "Sign in",
    again: "Sign in again",
    elsewhere: "Sign in in a new tab, then come back and try again: what you typed stays here.",
    why: "Sign in to see and change your account.",
    unreachable: "The sign-in service can’t be reached right now. Try again later.",
    failed: "The sign-in failed",
    failedWhy: "It was interrupted, or took too long, or this device’s clock is wrong.",
    insecure: (origin: string) =>
      `Browsers let nobody sign in at ${origin}. Only the operator of this page can change that: its address must begin with https://.`,
  },

  ended: {
    UNAUTHENTICATED: { title: "You are signed out", what: "Your sign-in has ended. Sign in again to go on." },
    ACCOUNT_SUSPENDED: {
      title: "This account is suspended",
      what: "Only the operator of this service can change that.",
    },
    ACCOUNT_NOT_FOUND: { title: "This account no longer exists", what: "It was deleted." },
    OTHER_ACCOUNT: {
      title: "Another account is signed in",
      what: "Somebody has signed in with another account in another tab. Reload this page to see that account.",
    },
    SUSPENDED: { title: "Your account is suspended", what: "Only the operator of this service can change that." },
    DELETED: { title: "Your account is deleted", what: "All that belonged to it is gone." },
  },

  profile: {
    title: "Profile",
    noName: "No name",
    more: "More about you",
    edit: "Edit profile",
    saved: "Profile saved.",
    address: "Address",
    httpsOnly: "An address that begins with https://.",
    label: (name: string) => profileLabels[name] ?? name,
    hint: (name: string) => profileHints[name],
  },

  signInMethods: {
    title: "Ways to sign in",
    username: "Username",
    email: "Email address",
    phone: "Phone number",
    password: "Password",
    newOne: (what: string) => `New ${what.toLowerCase()}`,
    isPresent: (what: string) => `This is your ${what.toLowerCase()} already.`,
    phoneHint: "With + and the country’s code, such as +12025550143.",
    usernameRules: (policy: UsernamePolicy) => {
      const characters = [
        policy?.lowercase !== false && "a to z",
        policy?.uppercase !== false && "A to Z",
        policy?.numbers !== false && "digits (not as the first)",
        policy?.underscore !== false && "_",
      ].filter(Boolean);
      const length =
        policy?.minLength && policy.maxLength ? `${policy.minLength} to ${policy.maxLength} characters: ` : "";
      return `${length}${characters.join(", ")}.`;
    },
  },

  password: {
    current: "Current password",
    new: "New password",
    revokeSessions: "Sign out everywhere, which may include this device",
    deleteTokens: "Delete all personal access tokens",
    length: (min: number, max: number) => `${min} to ${max} characters`,
    characterTypes: (count: number) => `At least ${count} of: capital letters, small letters, digits, symbols`,
    noSequence: "No repetitions such as aaaa, no sequences such as 1234",
    noUserInfo: "Without your name, username, email address or phone number",
    noWords: (words: readonly string[]) => `Without ${words.join(", ")}`,
    notBreached: "Not known from a data breach",
  },

  identities: {
    title: "Linked accounts",
    description: "Other accounts that you can sign in with.",
    linked: "Linked",
    notLinked: "Not linked",
    enterprise: (id: string) => `${id}. Managed by your organization.`,
    link: "Link",
    unlink: "Unlink",
    unlinkTitle: (name: string) => `Unlink ${name}`,
    unlinkExplained: (name: string) => `You can no longer sign in with your account at ${name}.`,
    unlinked: (name: string) => `${name} unlinked.`,
    linkTitle: (name: string) => `Link ${name}`,
    linking: (name: string) => `Linking your account at ${name}…`,
    willLeave: (name: string) => `You will sign in at ${name} and come back here.`,
    nowLinked: (name: string) => `${name} linked.`,
    alreadyLinked: (name: string) => `Another account at ${name} is already linked. Replace it?`,
    replace: "Replace",
    foreign: "This link was not started here, or is too old. Nothing was changed.",
  },

  mfa: {
    title: "Two-step verification",
    description: (isRequired: boolean) =>
      isRequired
        ? "A second step that confirms it’s you when you sign in. Everybody needs one."
        : "A second step that confirms it’s you when you sign in.",
    none: "Nothing is set up yet.",
    name: (type: string) => factorNames[type] ?? "Another factor",
    remaining: (count: number) => `${plural(count, "code", "codes")} left.`,
    kind: (kind: string) => `${kind}.`,
    since: (day: string) => `Set up on ${day}.`,
    lastUsed: (day: string) => `Last used on ${day}.`,
    removeExplained: "Signing in will no longer ask for it.",
    addTotp: "Set up an authenticator app",
    totpExplained: "An app that shows a new code every 30 seconds.",
    totpIntroduction: "You need an authenticator app on your phone or computer.",
    scan: "Scan this picture with your authenticator app.",
    secret: "secret",
    codes: "backup codes",
    qrCode: "QR code with the secret, which is also written below",
    openApp: "Open the app on this device",
    orType: "Or type this secret into the app:",
    totpCode: "Code that the app shows",
    confirmTotp: "Turn on",
    totpAdded: "Authenticator app set up.",
    newCodesLabel: "New backup codes",
    newCodes: "Make backup codes",
    codesExplained: "Codes to sign in with, once each, when nothing else is at hand.",
    replacesCodes: "The codes that you have will stop working.",
    keepCodes: "Keep these codes in a safe place. They are shown only this once.",
    codesKept: "I have kept them",
  },

  tokens: {
    title: "Personal access tokens",
    description: "They let scripts and tools act for you.",
    none: "You have no tokens.",
    token: "token",
    name: "Name",
    nameHint: "What the token is for.",
    expiresAt: "Last day",
    expiresAtHint: "Left empty, it lives as long as is allowed.",
    create: "Create token",
    deleteTitle: (name: string) => `Delete ${name}`,
    deleted: (name: string) => `${name} deleted.`,
    rename: "Rename",
    delete: "Delete",
    renameTitle: (name: string) => `Rename ${name}`,
    deleteExplained: "Scripts that use it will stop working.",
    since: (day: string) => `Created on ${day}.`,
    expired: (day: string) => `Expired on ${day}.`,
    expires: (day: string) => `Expires on ${day}.`,
    forever: "Never expires.",
    copyNow: "Copy the token now. It is shown only this once.",
    copied: "I have copied it",
  },

  sessions: {
    title: "Devices",
    description: "Where you are signed in. One of them is this one.",
    none: "No device is signed in.",
    unknownDevice: "Unknown device",
    device: (browser: string | null, os: string | null) => (browser && os ? `${browser} on ${os}` : (browser ?? os)),
    place: (parts: readonly string[]) => `${parts.join(", ")}.`,
    since: (moment: string) => `Signed in on ${moment}.`,
    revoke: "Sign out",
    revokeTitle: (device: string) => `Sign out ${device}`,
    revoked: (device: string) => `${device} is signed out.`,
    revokeExplained: "Applications there can’t renew their access, and stop within an hour or so.",
  },

  applications: {
    title: "Applications",
    description: "What you have signed in to, and what it may do.",
    none: "You have signed in to no application.",
    thirdParty: "From a third party.",
    since: (day: string) => `Since ${day}.`,
    scopes: (count: number) => plural(count, "permission", "permissions"),
    revoke: "Remove access",
    revokeTitle: (name: string) => `Remove access of ${name}`,
    revoked: (name: string) => `Access of ${name} removed.`,
    revokeExplained: "It can’t renew its access, which ends within an hour or so.",
  },

  organizations: {
    title: "Organizations",
    description: (description: string) => `${description}.`,
    roles: (names: readonly string[]) => `Roles: ${names.join(", ")}.`,
  },

  customData: {
    title: "Application data",
    description: "What applications keep with your account.",
    edit: "Edit application data",
    saved: "Application data saved.",
    noJson: "This is not JSON: put text in quotation marks.",
  },

  closing: {
    title: "Close the account",
    suspend: "Suspend account",
    suspendExplained: "Signs you out everywhere and locks the account. Only the operator of this service can undo it.",
    delete: "Delete account",
    deleteExplained: "Deletes the account with all that belongs to it. Nobody can undo it.",
    confirm: (identifier: string) => `Type ${identifier} to confirm`,
  },

  stepUp: {
    title: "Confirm that it’s you",
    why: "This change needs proof that it’s really you.",
    noMethod: "There is no way to confirm that on this page.",
    password: "Your password",
    otherWays: "Or another way:",
    method: (method: string) => stepUpMethods[method] ?? method,
    freshSignIn:
      "Sign in once more, as you usually do. This page stays as it is meanwhile. If you close that window, cancel and begin again.",
    signIn: "Sign in again",
  },

  code: {
    send: "Send a code",
    willBeSent: (address: string) => `A code will be sent to ${address}.`,
    sent: (maskedAddress: string) => `A code was sent to ${maskedAddress}.`,
    label: "Code, six digits",
    wait: (seconds: number) => `Another code can be sent in ${duration(seconds)}.`,
    resend: "Send another code",
  },

  reauthentication: {
    busy: "One moment…",
    done: "Done. You can close this window.",
    failed: "The sign-in failed. Close this window and try again.",
  },

  demo: {
    title: "Demo.",
    choose: "Choose a demo user",
    noPassword: "In place of Logto’s sign-in page, which the demo doesn’t have.",
    signInAs: (name: string) => `Sign in as ${name}`,
    actingAs: (name: string) => `You are ${name}.`,
    password: "The password is",
    code: "The code that was sent last is",
    codes: "Codes that were “sent”",
    noCodes: "None yet.",
    provider: (host: string) => `In place of ${host}`,
    providerExplained: "The demo asks nothing outside this machine, so this stands for the provider’s page.",
    providerName: "Who you are there",
    agree: "Sign in",
    refuse: "Refuse",
    refusal: "The person turned back.",
  },
};
