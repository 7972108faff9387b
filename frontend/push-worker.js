// Shows news that the push service brings, and leads to its place. It keeps nothing and answers no request.
self.addEventListener("push", (event) => {
  const news = event.data?.json() ?? {};
  event.waitUntil(
    self.registration.showNotification(news.title ?? "Beteiligung", {
      tag: news.tag,
      lang: news.lang,
      data: { url: news.url },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const place = new URL(event.notification.data?.url ?? "/konto/neues", self.location.origin);
  if (place.origin === self.location.origin) event.waitUntil(self.clients.openWindow(place.href));
});
