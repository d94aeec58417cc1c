// What all answers of the server's REST interface (/api/v1) have in common. Times are RFC 3339 UTC strings.

export interface Bilingual {
  zh: string;
  en: string;
}

export interface Page<T> {
  total: number;
  page: number;
  page_size: number;
  has_next: boolean;
  items: T[];
}
