#include "config/form.hpp"

#include <gmock/gmock.h>

#include "config/checks.hpp"
#include "config/reading.hpp"
#include "support/section_reading.hpp"

namespace gatehouse::config {
namespace {

using gatehouse::testing::text_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Two features as small as they can be.
struct Door {
  Environment environment = Environment::development;
  std::string colour = "red";
  std::uint32_t locks = 1;
};
struct Bell {
  std::vector<SecretString> codes;
  std::string tone = "low";
};

constexpr std::array door_rows{
    SettingOf<Door>{{.name = "OLD_COLOUR",
                     .group = "House",
                     .default_text = "",
                     .description = "What it was called before.",
                     .stands_in_for = "COLOUR"},
                    [](Door& door, std::string_view text) { return assign_text(text, door.colour); }},
    SettingOf<Door>{{"COLOUR", "House", "red", "The door's colour.", Secrecy::open, "grey"},
                    [](Door& door, std::string_view text) { return assign_text(text, door.colour); }},
    SettingOf<Door>{{"LOCKS", "House", "1", "How many."},
                    [](Door& door, std::string_view text) { return assign_number(text, {1, 9}, door.locks); }},
};
constexpr std::array bell_rows{
    SettingOf<Bell>{{"CODE", secrets_group, "", "Who knows it may ring.", Secrecy::key}, nullptr, &Bell::codes},
    SettingOf<Bell>{
        {.name = "TONE", .group = "House", .default_text = "low", .description = "Low or high.", .follows = "COLOUR"},
        [](Bell& bell, std::string_view text) { return assign_text(text, bell.tone); }},
};

void check_door(const Door& door, Checks& checks) {
  if (door.locks > 3) checks.refuse({"LOCKS", "are too many", "remove some"});
  if (door.locks == 3) checks.refuse_in_production({"LOCKS", "are many", "remove one"});
  if (checks.is_given("COLOUR")) checks.advise({"COLOUR", "is a matter of taste", "ask"});
}

/// Both features, read from the variables.
struct House {
  House(const std::map<std::string, std::string, std::less<>>& variables, Environment environment)
      : form{door.environment} {
    door.environment = environment;
    form.add(bell, Section<Bell>{.rows = bell_rows});
    form.add(door, Section<Door>{.rows = door_rows, .check = check_door});
    crypto::SystemRandom random;
    reading = read_into(form, {.environment = variables, .dotenv = {}}, random);
  }

  Door door;
  Bell bell;
  Form form;
  Reading reading;
};

TEST(Form, Settings_StandByGroupAndBehindTheOneTheyFollow) {
  const House house{{}, Environment::development};
  std::vector<std::string_view> names;
  for (const Setting* setting : house.form.catalog()) names.push_back(setting->name);
  EXPECT_THAT(names, ElementsAre("CODE", "OLD_COLOUR", "COLOUR", "TONE", "LOCKS"));
}

TEST(Form, SettingThatFollowsOneOfAnotherForm_StandsInItsGroup) {
  Bell bell;
  const Environment environment = Environment::test;
  Form form{environment};
  form.add(bell, Section<Bell>{.rows = bell_rows});
  const Catalog catalog = form.catalog();
  ASSERT_EQ(catalog.size(), 2U);
  EXPECT_EQ(catalog.back()->name, "TONE");
}

TEST(Form, Values_EndInTheStructsOfTheirFeatures) {
  const House house{{{"COLOUR", "blue"}, {"TONE", "high"}}, Environment::development};
  EXPECT_EQ(house.door.colour, "blue");
  EXPECT_EQ(house.bell.tone, "high");
}

TEST(Form, ProductionDefault_CountsInProductionOnly) {
  EXPECT_EQ((House{{}, Environment::production}).door.colour, "grey");
  EXPECT_EQ((House{{}, Environment::test}).door.colour, "red");
}

TEST(Form, SettingThatStandsInForAnother_IsReadWhereThatHasNoValue) {
  EXPECT_EQ((House{{{"OLD_COLOUR", "blue"}}, Environment::test}).door.colour, "blue");
  EXPECT_EQ((House{{{"OLD_COLOUR", "blue"}, {"COLOUR", "black"}}, Environment::test}).door.colour, "black");
  EXPECT_EQ((House{{{"OLD_COLOUR", "blue"}, {"COLOUR", ""}}, Environment::test}).door.colour, "blue");
}

TEST(Form, MissingKey_IsMadeUpInDevelopmentAndRefusedInProduction) {
  const House lenient{{}, Environment::development};
  ASSERT_EQ(lenient.bell.codes.size(), 1U);
  EXPECT_THAT(text_of(lenient.reading.warnings), HasSubstr("CODE: is missing"));
  const House strict{{}, Environment::production};
  EXPECT_TRUE(strict.bell.codes.empty());
  EXPECT_THAT(text_of(strict.reading.mistakes), HasSubstr("CODE: is missing"));
}

TEST(Form, RulesOfAFeature_AreAppliedAsStrictlyAsTheySay) {
  EXPECT_THAT(text_of((House{{{"LOCKS", "4"}}, Environment::test}).reading.mistakes), HasSubstr("LOCKS: are too many"));
  EXPECT_THAT(text_of((House{{{"LOCKS", "3"}}, Environment::test}).reading.warnings), HasSubstr("LOCKS: are many"));
  EXPECT_THAT(text_of((House{{{"LOCKS", "3"}}, Environment::production}).reading.mistakes),
              HasSubstr("LOCKS: are many"));
  EXPECT_THAT(text_of((House{{{"COLOUR", "blue"}}, Environment::test}).reading.warnings),
              HasSubstr("COLOUR: is a matter of taste"));
}

}  // namespace
}  // namespace gatehouse::config
