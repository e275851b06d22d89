import { useState } from "react";

import { useChange } from "../graphql/change";
import { DeletePersonalAccessToken, type PersonalAccessToken } from "../operations/personal_access_tokens";
import { texts } from "../texts";
import { Action } from "../ui/Action";
import { LongList } from "../ui/LongList";
import { Row, Section } from "../ui/Section";
import { formatDay } from "../ui/time";
import { ConfirmDialog } from "./ConfirmDialog";
import { useAccess, useAccount } from "./context";
import { NewTokenDialog } from "./NewTokenDialog";
import { RenameTokenDialog } from "./RenameTokenDialog";
import { Unavailable } from "./Unavailable";

export function PersonalAccessTokens() {
  const { user } = useAccount();
  const access = useAccess("PERSONAL_ACCESS_TOKEN");
  const [isCreating, setCreating] = useState(false);
  if (access === "OFF") {
    return null;
  }
  const newestFirst = user.personalAccessTokens?.toSorted((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
  return (
    <Section
      title={texts.tokens.title}
      description={texts.tokens.description}
      action={
        access === "EDIT" && (
          <button type="button" onClick={() => setCreating(true)}>
            {texts.tokens.create}
          </button>
        )
      }
    >
      <Unavailable field="personalAccessTokens" />
      {newestFirst?.length === 0 && <p>{texts.tokens.none}</p>}
      <LongList items={newestFirst ?? []}>{(token) => <Token token={token} isEditable={access === "EDIT"} />}</LongList>
      {isCreating && <NewTokenDialog onClose={() => setCreating(false)} />}
    </Section>
  );
}

interface TokenProps {
  token: PersonalAccessToken;
  isEditable: boolean;
}

function Token({ token, isEditable }: TokenProps) {
  const [dialog, setDialog] = useState<"rename" | "delete" | null>(null);
  const deletePersonalAccessToken = useChange(DeletePersonalAccessToken);
  const close = () => setDialog(null);
  const { name } = token;
  return (
    <>
      <Row
        label={name}
        details={
          <>
            {texts.tokens.since(formatDay(token.createdAt))}{" "}
            <span className={token.isExpired ? "error" : undefined}>{expiry(token)}</span>
          </>
        }
        actions={
          isEditable && (
            <>
              <Action verb={texts.tokens.rename} what={name} onClick={() => setDialog("rename")} />
              <Action verb={texts.tokens.delete} what={name} onClick={() => setDialog("delete")} />
            </>
          )
        }
      />
      {dialog === "rename" && <RenameTokenDialog name={name} onClose={close} />}
      {dialog === "delete" && (
        <ConfirmDialog
          title={texts.tokens.deleteTitle(name)}
          submit={texts.tokens.delete}
          done={texts.tokens.deleted(name)}
          change={() => deletePersonalAccessToken({ input: { name } })}
          onClose={close}
        >
          {texts.tokens.deleteExplained}
        </ConfirmDialog>
      )}
    </>
  );
}

function expiry({ expiresAt, isExpired }: PersonalAccessToken): string {
  if (expiresAt === null) {
    return texts.tokens.forever;
  }
  return (isExpired ? texts.tokens.expired : texts.tokens.expires)(formatDay(expiresAt));
}
