// What the SDK uses of later versions of Node than 20.
Promise.withResolvers ??= function withResolvers() {
    const resolvers = {};
    resolvers.promise = new this((resolve, reject) => Object.assign(resolvers, { resolve, reject }));
    return resolvers;
};
