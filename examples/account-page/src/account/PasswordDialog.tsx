import { useChange } from "../graphql/change";
import { ChangePassword } from "../operations/password";
import { useSession } from "../session/session";
import { useStepUp } from "../step-up/StepUp";
import { texts } from "../texts";
import { Dialog } from "../ui/Dialog";
import { Checkbox, Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { useNotice } from "../ui/notice";
import { AccountName } from "./AccountName";
import { useAccount } from "./context";
import { PasswordRules } from "./PasswordRules";

interface Props {
  onClose: () => void;
}

/** Changes the password by the current one, or sets the first one by a step-up proof. */
export function PasswordDialog({ onClose }: Props) {
  const { Help } = useSession();
  const { user, settings } = useAccount();
  const { confirmed } = useStepUp();
  const tell = useNotice();
  const changePassword = useChange(ChangePassword);

  function change(fields: FormData) {
    const input = {
      newPassword: String(fields.get("newPassword")),
      revokeSessions: fields.has("revokeSessions"),
      deletePersonalAccessTokens: fields.has("deletePersonalAccessTokens"),
    };
    const currentPassword = fields.get("currentPassword");
    if (currentPassword !== null) {
      return changePassword({ input: { ...input, currentPassword: String(currentPassword) } });
    }
    return confirmed((stepUpProof) => changePassword({ input: { ...input, stepUpProof } }));
  }

  return (
    <Dialog title={texts.signInMethods.password} onClose={onClose}>
      <Form
        submit={texts.actions.save}
        onSubmit={change}
        onDone={() => {
          onClose();
          tell(texts.changed(texts.signInMethods.password));
        }}
        onCancel={onClose}
      >
        <AccountName />
        {user.hasPassword && (
          <>
            <Field
              name="currentPassword"
              label={texts.password.current}
              type="password"
              autoComplete="current-password"
            />
            {Help && <Help about="password" />}
          </>
        )}
        <Field
          name="newPassword"
          label={texts.password.new}
          hint={settings?.passwordPolicy && <PasswordRules policy={settings.passwordPolicy} />}
          type="password"
          autoComplete="new-password"
        />
        <Checkbox name="revokeSessions" label={texts.password.revokeSessions} />
        <Checkbox name="deletePersonalAccessTokens" label={texts.password.deleteTokens} />
      </Form>
    </Dialog>
  );
}
