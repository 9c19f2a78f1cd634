import { getServerSession } from "@gatehouse/client/next";
import { SessionProvider } from "@gatehouse/client/react";

import { Who } from "./who";

export default async function Page() {
  return (
    <SessionProvider session={await getServerSession()}>
      <Who />
    </SessionProvider>
  );
}
