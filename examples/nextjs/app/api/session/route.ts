export { sessionRoute as GET } from "@gatehouse/client/next";
