import { type Outcome, useChange } from "../graphql/change";
import type { VariablesOf } from "../graphql/graphql";
import type { User } from "../operations/account";
import { UpdateProfile } from "../operations/profile";
import { texts } from "../texts";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { useNotice } from "../ui/notice";
import { useAccount } from "./context";

type Input = VariablesOf<typeof UpdateProfile>["input"];

/** The claims of the form, with what browsers know of the person for each (WCAG 1.3.5). */
const claims = {
  givenName: "given-name",
  middleName: "additional-name",
  familyName: "family-name",
  nickname: "nickname",
  preferredUsername: "off",
  gender: "sex",
  birthdate: "bday",
  zoneinfo: "off",
  locale: "off",
  website: "url",
  profile: "off",
} as const;
const addressParts = {
  formatted: "off",
  streetAddress: "street-address",
  postalCode: "postal-code",
  locality: "address-level2",
  region: "address-level1",
  country: "country-name",
} as const;

interface Props {
  access: Record<"name" | "avatar" | "profile", string>;
  onClose: () => void;
}

export function ProfileDialog({ access, onClose }: Props) {
  const { user } = useAccount();
  const tell = useNotice();
  const updateProfile = useChange(UpdateProfile);

  async function save(fields: FormData): Promise<Outcome<unknown>> {
    const input = inputOf(fields, user);
    return Object.keys(input).length > 0 ? updateProfile({ input }) : { kind: "done", payload: null };
  }

  return (
    <Dialog title={texts.profile.edit} onClose={onClose}>
      <Form
        submit={texts.actions.save}
        onSubmit={save}
        onDone={() => {
          onClose();
          tell(texts.profile.saved);
        }}
        onCancel={onClose}
      >
        {access.name === "EDIT" && (
          <Field name="name" label={texts.profile.label("name")} defaultValue={user.name ?? ""} autoComplete="name" />
        )}
        {access.avatar === "EDIT" && (
          <Field
            name="avatar"
            label={texts.profile.label("avatar")}
            defaultValue={user.avatar ?? ""}
            type="url"
            autoComplete="photo"
            hint={texts.profile.httpsOnly}
          />
        )}
        {access.profile === "EDIT" && <Claims profile={user.profile} />}
      </Form>
    </Dialog>
  );
}

function Claims({ profile }: { profile: User["profile"] }) {
  return (
    <>
      {keysOf(claims).map((claim) => (
        <Field
          key={claim}
          name={`profile.${claim}`}
          label={texts.profile.label(claim)}
          hint={texts.profile.hint(claim)}
          defaultValue={profile?.[claim] ?? ""}
          autoComplete={claims[claim]}
          inputMode={claim === "website" || claim === "profile" ? "url" : undefined}
        />
      ))}
      <fieldset>
        <legend>{texts.profile.address}</legend>
        {keysOf(addressParts).map((part) => (
          <Field
            key={part}
            name={`profile.address.${part}`}
            label={texts.profile.label(`address.${part}`)}
            hint={texts.profile.hint(`address.${part}`)}
            defaultValue={profile?.address?.[part] ?? ""}
            autoComplete={addressParts[part]}
            multiline={part === "formatted" || part === "streetAddress"}
          />
        ))}
      </fieldset>
    </>
  );
}

function keysOf<Key extends string>(object: Record<Key, unknown>): Key[] {
  return Object.keys(object) as Key[];
}

/**
 * Makes the input of the fields whose values were changed. Empty is null, which clears. What
 * isn't there stays: what couldn't be read, what somebody else writes meanwhile, and old
 * values that wouldn't be taken today.
 */
function inputOf(fields: FormData, user: User): Input {
  const input: Tree = {};
  for (const [name, value] of fields) {
    const path = name.split(".");
    const last = path.pop()!;
    const before = path.reduce<Tree | undefined>((object, key) => object?.[key] as Tree | undefined, { ...user });
    const text = normalize(value);
    if (text !== normalize(before?.[last])) {
      path.reduce((object, key) => (object[key] ??= {}) as Tree, input)[last] = text;
    }
  }
  return input as Input;
}

type Tree = Record<string, unknown>;

/** Forms end lines by two characters. */
function normalize(text: unknown): string | null {
  return (
    String(text ?? "")
      .replaceAll("\r\n", "\n")
      .trim() || null
  );
}
