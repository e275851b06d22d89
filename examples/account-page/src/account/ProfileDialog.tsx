import { useChange } from "../graphql/change";
import type { VariablesOf } from "../graphql/graphql";
import { UpdateProfile } from "../operations/profile";
import { texts } from "../texts";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { useNotice } from "../ui/notice";
import { useAccount } from "./context";

type Input = VariablesOf<typeof UpdateProfile>["input"];

const claims = [
  "givenName",
  "middleName",
  "familyName",
  "nickname",
  "preferredUsername",
  "gender",
  "birthdate",
  "zoneinfo",
  "locale",
  "website",
  "profile",
] as const;
const addressParts = ["streetAddress", "postalCode", "locality", "region", "country"] as const;

interface Props {
  access: Record<"name" | "avatar" | "profile", string>;
  onClose: () => void;
}

export function ProfileDialog({ access, onClose }: Props) {
  const { user } = useAccount();
  const tell = useNotice();
  const updateProfile = useChange(UpdateProfile);
  const { profile } = user;
  return (
    <Dialog title={texts.profile.edit} onClose={onClose}>
      <Form
        submit={texts.actions.save}
        onSubmit={(fields) => updateProfile({ input: inputOf(fields) })}
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
            hint={texts.profile.httpsOnly}
          />
        )}
        {access.profile === "EDIT" && (
          <>
            {claims.map((claim) => (
              <Field
                key={claim}
                name={`profile.${claim}`}
                label={texts.profile.label(claim)}
                hint={texts.profile.hint(claim)}
                defaultValue={profile?.[claim] ?? ""}
              />
            ))}
            <fieldset>
              <legend>{texts.profile.address}</legend>
              {addressParts.map((part) => (
                <Field
                  key={part}
                  name={`profile.address.${part}`}
                  label={texts.profile.label(`address.${part}`)}
                  defaultValue={profile?.address?.[part] ?? ""}
                  multiline={part === "streetAddress"}
                />
              ))}
            </fieldset>
          </>
        )}
      </Form>
    </Dialog>
  );
}

/** Makes the input of the fields' names. Empty is null, which clears; what isn't there stays. */
function inputOf(fields: FormData): Input {
  const input: Record<string, unknown> = {};
  for (const [name, value] of fields) {
    const path = name.split(".");
    const last = path.pop()!;
    const target = path.reduce((object, key) => (object[key] ??= {}) as Record<string, unknown>, input);
    target[last] = String(value).trim() || null;
  }
  return input as Input;
}
