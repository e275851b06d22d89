import { graphql, type ResultOf } from "../graphql/graphql";

export const SessionsParts = graphql(`
  fragment SessionsParts on User {
    id
    sessions {
      id
      ip
      browser
      os
      userAgent
      city
      country
      signedInAt
    }
  }
`);

export type LogtoSession = NonNullable<ResultOf<typeof SessionsParts>["sessions"]>[number];
